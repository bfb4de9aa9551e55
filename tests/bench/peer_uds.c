// A Unix stream socket, which every host has. Each direction sends a length and then the bytes. The
// receiver reads into memory from malloc(), as the receivers of the other peers do.
#include "native.h"
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static bool write_payload(int fd, const void *data, uint64_t len)
{
    struct iovec parts[] = {{&len, sizeof(len)}, {(void *)(uintptr_t)data, len}};
    struct msghdr msg = {.msg_iov = parts, .msg_iovlen = 2};
    ssize_t n = sendmsg(fd, &msg, MSG_NOSIGNAL);
    if (n < (ssize_t)sizeof(len))
        return false;
    uint64_t done = (uint64_t)n - sizeof(len);
    return measure_write(fd, (const uint8_t *)data + done, len - done);
}

static void *read_payload(int fd, uint64_t *len)
{
    if (!measure_read(fd, len, sizeof(*len)) || *len > BENCH_MAX_PAYLOAD)
        return NULL;
    void *data = malloc(*len + 1);
    if (data && measure_read(fd, data, *len))
        return data;
    free(data);
    return NULL;
}

static void serve(struct native *n)
{
    uint64_t len;
    void *data;
    while ((data = read_payload(n->fd, &len))) {
        bool is_good = write_payload(n->fd, data, len);
        free(data);
        if (!is_good)
            return;
    }
}

static bool start(struct native *n)
{
    return native_fork_with_socket(n, SOCK_STREAM, serve);
}

static bool exchange(void *ctx, uint64_t *ns)
{
    struct native *n = ctx;
    uint64_t len;
    (void)ns;
    void *data = NULL;
    if (write_payload(n->fd, n->out, n->payload))
        data = read_payload(n->fd, &len);
    bool is_good = data && native_compare(n, data, len);
    free(data);
    return is_good;
}

const struct native_case peer_uds_stream = {"peer_uds_stream", start, NULL, exchange, NULL};
