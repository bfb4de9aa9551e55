// Floors of a payload: copies between processes, in pieces as vm makes them; copies within a
// process; and the first touch of fresh memory.
//
// The shortest program that copies a payload from one process to another does so piece by piece.
// floor_readv and floor_writev run that program too, and time one half of it each. If each ran its
// half alone, it would have the cache to itself, unlike a program that does both.
#include "native.h"
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include "state.h"

#define SHORT_COPIES 64 // one batch: a single one is too short for the clock

// The other side has its own memory at the same addresses. That memory is in the caches of its
// core.
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

// Two other processes: the client's side has the payload, and the server's side gets it.
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

// Copies one piece from one process to the other. Adds the time of the read, or of the write.
static bool copy_piece(struct native *n, uint64_t at, size_t len, uint64_t *read_ns,
                       uint64_t *write_ns)
{
    struct iovec ours = {n->out, len};
    struct iovec from = {n->in + at, len};
    struct iovec to = {n->out + at, len};
    uint64_t start = measure_now_ns();
    if (process_vm_readv(n->other, &ours, 1, &from, 1, 0) != (ssize_t)len)
        return false;
    uint64_t middle = measure_now_ns();
    if (process_vm_writev(n->server, &ours, 1, &to, 1, 0) != (ssize_t)len)
        return false;
    *read_ns += middle - start;
    *write_ns += measure_now_ns() - middle;
    return true;
}

static bool copy_all(struct native *n, uint64_t *read_ns, uint64_t *write_ns)
{
    uint64_t piece = n->piece > 0 ? n->piece : VM_BOUNCE_LEN;
    for (uint64_t at = 0; at < n->payload; at += piece) {
        size_t len = n->payload - at < piece ? n->payload - at : piece;
        if (!copy_piece(n, at, len, read_ns, write_ns))
            return false;
    }
    return true;
}

static bool copy_both(void *ctx, uint64_t *ns)
{
    return copy_all(ctx, ns, ns);
}

static bool copy_for_read(void *ctx, uint64_t *ns)
{
    uint64_t unused = 0;
    return copy_all(ctx, ns, &unused);
}

static bool copy_for_write(void *ctx, uint64_t *ns)
{
    uint64_t unused = 0;
    return copy_all(ctx, &unused, ns);
}

static bool end_copy(struct native *n)
{
    struct iovec ours = {n->in, n->payload};
    struct iovec theirs = {n->out, n->payload};
    return process_vm_readv(n->server, &ours, 1, &theirs, 1, 0) == (ssize_t)n->payload &&
           measure_matches(n->in, n->payload, 2);
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
        __asm__ volatile("" ::: "memory"); // the compiler must not omit a copy
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

const struct native_case floor_readv = {"floor_readv", start_two, NULL, copy_for_read, end_copy};
const struct native_case floor_writev = {"floor_writev", start_two, NULL, copy_for_write, end_copy};
const struct native_case floor_copy = {"floor_copy", start_two, NULL, copy_both, end_copy};
const struct native_case floor_memcpy = {"floor_memcpy", start_alone, begin_memcpy, copy_within,
                                         end_memcpy};
const struct native_case floor_fault = {"floor_fault", start_alone, NULL, touch_fresh, NULL};
