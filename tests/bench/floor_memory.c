// Floors of a payload: copies between processes, in the pieces in which vm makes them, within a
// process, and the first touch of fresh memory.
#include "native.h"
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include "state.h"

#define SHORT_COPIES 64 // a batch, of what is too short for the clock

typedef ssize_t (*copier)(pid_t, const struct iovec *, unsigned long, const struct iovec *,
                          unsigned long, unsigned long);

// The other side has its own memory at the same addresses, in the caches of its core.
static void own_memory(struct native *n)
{
    char ready = 1;
    measure_fill(n->in, BENCH_MAX_PAYLOAD, 2);
    memset(n->out, 0, BENCH_MAX_PAYLOAD);
    if (write(n->fd, &ready, 1) == 1)
        while (read(n->fd, &ready, 1) == 1)
            ;
}

static bool start_other(struct native *n)
{
    char ready;
    return native_fork_with_socket(n, SOCK_STREAM, own_memory) && read(n->fd, &ready, 1) == 1;
}

// Two others: the client's side has the payload, the server's takes it.
static bool start_two(struct native *n)
{
    enum placement placement = n->placement;
    n->placement = placement == TWO_CORES ? SAME_CORE : placement;
    bool is_good = start_other(n);
    n->placement = placement;
    n->other = n->server;
    return is_good && start_other(n);
}

static bool start_alone(struct native *n)
{
    n->server = 0;
    return true;
}

static bool copy(struct native *n, copier call, void *local, void *remote)
{
    for (uint64_t at = 0; at < n->payload; at += VM_BOUNCE_LEN) {
        uint64_t left = n->payload - at;
        size_t len = left < VM_BOUNCE_LEN ? left : VM_BOUNCE_LEN;
        struct iovec ours = {local, len};
        struct iovec theirs = {(uint8_t *)remote + at, len};
        if (call(n->server, &ours, 1, &theirs, 1, 0) != (ssize_t)len)
            return false;
    }
    return true;
}

// As vm does it: each piece is still in the cache when it is written.
static bool copy_pieces(void *ctx, uint64_t *ns)
{
    struct native *n = ctx;
    uint64_t piece = n->piece > 0 ? n->piece : VM_BOUNCE_LEN;
    (void)ns;
    for (uint64_t at = 0; at < n->payload; at += piece) {
        size_t len = n->payload - at < piece ? n->payload - at : piece;
        struct iovec ours = {n->out, len};
        struct iovec from = {n->in + at, len};
        struct iovec to = {n->out + at, len};
        if (process_vm_readv(n->other, &ours, 1, &from, 1, 0) != (ssize_t)len ||
            process_vm_writev(n->server, &ours, 1, &to, 1, 0) != (ssize_t)len)
            return false;
    }
    return true;
}

static bool end_copy(struct native *n)
{
    struct iovec ours = {n->in, n->payload};
    struct iovec theirs = {n->out, n->payload};
    return process_vm_readv(n->server, &ours, 1, &theirs, 1, 0) == (ssize_t)n->payload &&
           measure_matches(n->in, n->payload, 2);
}

static bool read_pieces(void *ctx, uint64_t *ns)
{
    struct native *n = ctx;
    (void)ns;
    return copy(n, process_vm_readv, n->out, n->in);
}

static bool write_pieces(void *ctx, uint64_t *ns)
{
    struct native *n = ctx;
    (void)ns;
    return copy(n, process_vm_writev, n->out, n->out);
}

// Where the last piece of a payload begins.
static uint64_t last_piece(const struct native *n)
{
    return (n->payload - 1) / VM_BOUNCE_LEN * VM_BOUNCE_LEN;
}

static bool begin_copies(struct native *n)
{
    measure_fill(n->out, VM_BOUNCE_LEN, 1); // read_pieces() had other bytes there
    return true;
}

static bool end_read(struct native *n)
{
    uint64_t at = last_piece(n);
    uint8_t *expected = n->in;
    measure_fill(expected, n->payload, 2);
    return !memcmp(n->out, expected + at, n->payload - at);
}

static bool end_write(struct native *n)
{
    uint64_t at = last_piece(n);
    struct iovec ours = {n->in, n->payload - at};
    struct iovec theirs = {n->out + at, n->payload - at};
    return process_vm_readv(n->server, &ours, 1, &theirs, 1, 0) == (ssize_t)ours.iov_len &&
           !memcmp(n->in, n->out, n->payload - at);
}

static bool begin_memcpy(struct native *n)
{
    n->batch = n->payload <= 64 * 1024 ? SHORT_COPIES : 1;
    return true;
}

static bool copy_within(void *ctx, uint64_t *ns)
{
    struct native *n = ctx;
    (void)ns;
    for (unsigned i = 0; i < n->batch; i++) {
        memcpy(n->in, n->out, n->payload);
        __asm__ volatile("" ::: "memory"); // each copy counts
    }
    return true;
}

static bool end_memcpy(struct native *n)
{
    return !memcmp(n->in, n->out, n->payload);
}

static bool touch_fresh(void *ctx, uint64_t *ns)
{
    struct native *n = ctx;
    uint8_t *fresh =
        mmap(NULL, n->payload, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (fresh == MAP_FAILED)
        return false;
    uint64_t start = measure_now_ns();
    for (uint64_t at = 0; at < n->payload; at += 4096)
        *(volatile uint8_t *)(fresh + at) = 1;
    *ns = measure_now_ns() - start;
    munmap(fresh, n->payload);
    return true;
}

const struct native_case floor_readv = {"floor_readv", start_other, NULL, read_pieces, end_read};
const struct native_case floor_writev = {"floor_writev", start_other, begin_copies, write_pieces,
                                         end_write};
const struct native_case floor_copy = {"floor_copy", start_two, NULL, copy_pieces, end_copy};
const struct native_case floor_memcpy = {"floor_memcpy", start_alone, begin_memcpy, copy_within,
                                         end_memcpy};
const struct native_case floor_fault = {"floor_fault", start_alone, NULL, touch_fresh, NULL};
