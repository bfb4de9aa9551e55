// nng: request and reply over its ipc transport. The server sends the received message back.
#include "native.h"
#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/protocol/reqrep0/req.h>
#include <sys/socket.h>

static nng_socket client;

static void make_address(const struct native *n, char *address, size_t size)
{
    snprintf(address, size, "ipc://%s/nng-%d", settings.dir, (int)n->placement);
}

static void serve(struct native *n)
{
    char address[PATH_MAX + 32];
    nng_socket sock;
    nng_msg *msg;
    make_address(n, address, sizeof(address));
    if (nng_rep0_open(&sock) || nng_socket_set_size(sock, NNG_OPT_RECVMAXSZ, 0) ||
        nng_listen(sock, address, NULL, 0) || !native_say_ready(n))
        return;
    while (nng_recvmsg(sock, &msg, 0) == 0) {
        if (nng_sendmsg(sock, msg, 0))
            return;
    }
}

static bool start(struct native *n)
{
    char address[PATH_MAX + 32];
    make_address(n, address, sizeof(address));
    return native_fork_with_socket(n, SOCK_STREAM, serve) && native_await_ready(n) &&
           !nng_req0_open(&client) && !nng_socket_set_size(client, NNG_OPT_RECVMAXSZ, 0) &&
           !nng_dial(client, address, NULL, 0);
}

static bool exchange(void *ctx, uint64_t *ns)
{
    struct native *n = ctx;
    void *data;
    size_t len;
    (void)ns;
    if (nng_send(client, n->out, n->payload, 0) || nng_recv(client, &data, &len, NNG_FLAG_ALLOC))
        return false;
    bool is_good = native_compare(n, data, len);
    nng_free(data, len);
    return is_good;
}

const struct native_case peer_nng = {"peer_nng", start, NULL, exchange, NULL};
