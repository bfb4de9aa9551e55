// The floor of a payload through shared memory: one process copies it into a ring that both map,
// and the other copies it out; then the same back. There are no messages and no checks, and no
// process sleeps. Also the floor of a file: one process reads it into such a ring, the other copies
// it out.
#include "native.h"
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define RING  ((uint64_t)512 << 10) // as large as libipc's
#define PIECE ((uint64_t)8 << 10)   // announced at once if the other side runs on another core
#define SPINS 2000                  // before the process yields the core
#define STOP  UINT64_MAX

struct flow {
    _Alignas(64) _Atomic uint64_t put;   // bytes in total; STOP: no more come
    _Alignas(64) _Atomic uint64_t taken; // bytes in total
    _Alignas(4096) uint8_t ring[RING];
};

struct flows {
    struct flow there, back;
};

static uint64_t await_change(const struct native *n, _Atomic uint64_t *word, uint64_t old)
{
    unsigned spins = n->placement == SAME_CORE ? 0 : SPINS;
    uint64_t value;
    while ((value = atomic_load_explicit(word, memory_order_acquire)) == old) {
        if (spins == 0)
            sched_yield();
        else
            spins--;
    }
    return value;
}

static void put(const struct native *n, struct flow *flow, const uint8_t *from, uint64_t len)
{
    uint64_t piece = n->placement == SAME_CORE ? RING : PIECE;
    uint64_t at = atomic_load(&flow->put), taken = atomic_load(&flow->taken);
    while (len > 0) {
        if (at - taken == RING)
            taken = await_change(n, &flow->taken, taken);
        uint64_t room = RING - (at - taken), whole = RING - at % RING;
        uint64_t part = len < room ? len : room;
        part = part < whole ? part : whole;
        part = part < piece ? part : piece;
        memcpy(flow->ring + at % RING, from, part);
        at += part;
        from += part;
        len -= part;
        atomic_store_explicit(&flow->put, at, memory_order_release);
    }
}

// Returns false after the last byte.
static bool take(const struct native *n, struct flow *flow, uint8_t *to, uint64_t len)
{
    uint64_t at = atomic_load(&flow->taken);
    while (len > 0) {
        uint64_t put = await_change(n, &flow->put, at);
        if (put == STOP)
            return false;
        uint64_t there = put - at, whole = RING - at % RING;
        uint64_t part = len < there ? len : there;
        part = part < whole ? part : whole;
        memcpy(to, flow->ring + at % RING, part);
        at += part;
        to += part;
        len -= part;
        atomic_store_explicit(&flow->taken, at, memory_order_release);
    }
    return true;
}

// Between two measurements it sleeps: a server that spins for ever would disturb the others.
static void serve(struct native *n)
{
    struct flows *flows = n->own;
    uint8_t *data = malloc(BENCH_MAX_PAYLOAD);
    uint64_t len;
    while (data && measure_read(n->fd, &len, sizeof(len))) {
        while (take(n, &flows->there, data, len))
            put(n, &flows->back, data, len);
        atomic_store(&flows->there.put, 0);
        atomic_store(&flows->there.taken, 0);
        atomic_store(&flows->back.put, 0);
        atomic_store(&flows->back.taken, 0);
        if (!measure_write(n->fd, &len, sizeof(len)))
            break;
    }
    free(data);
}

static bool start(struct native *n)
{
    n->own =
        mmap(NULL, sizeof(struct flows), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return n->own != MAP_FAILED && native_fork_with_socket(n, SOCK_STREAM, serve);
}

static bool begin(struct native *n)
{
    return measure_write(n->fd, &n->payload, sizeof(n->payload));
}

static bool exchange(void *ctx, uint64_t *ns)
{
    struct native *n = ctx;
    struct flows *flows = n->own;
    (void)ns;
    put(n, &flows->there, n->out, n->payload);
    return take(n, &flows->back, n->in, n->payload) && native_compare(n, n->in, n->payload);
}

static bool end(struct native *n)
{
    struct flows *flows = n->own;
    uint64_t len;
    atomic_store(&flows->there.put, STOP);
    return measure_read(n->fd, &len, sizeof(len)) && len == n->payload;
}

// --- A file -------------------------------------------------------------------------------------

#define READ_PIECE ((uint64_t)128 << 10) // as large as libipc's requests to archivefs

static bool read_into_ring(const struct native *n, struct flow *flow, int fd, uint64_t offset)
{
    uint64_t begin = atomic_load(&flow->put), end = begin + BENCH_FILE_LEN;
    for (uint64_t at = begin; at < end; at += READ_PIECE) {
        uint64_t taken = atomic_load_explicit(&flow->taken, memory_order_acquire);
        while (at + READ_PIECE - taken > RING)
            taken = await_change(n, &flow->taken, taken);
        if (pread(fd, flow->ring + at % RING, READ_PIECE, (off_t)(offset + at - begin)) !=
            (ssize_t)READ_PIECE)
            return false;
        atomic_store_explicit(&flow->put, at + READ_PIECE, memory_order_release);
    }
    return true;
}

static void serve_file(struct native *n)
{
    struct flows *flows = n->own;
    uint64_t offset;
    int fd = suite_open_long_file(&offset);
    char go;
    while (fd >= 0 && measure_read(n->fd, &go, 1) && read_into_ring(n, &flows->back, fd, offset))
        ;
    atomic_store(&flows->back.put, STOP);
}

static bool start_file(struct native *n)
{
    n->own =
        mmap(NULL, sizeof(struct flows), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return n->own != MAP_FAILED && native_fork_with_socket(n, SOCK_STREAM, serve_file);
}

// Copies each piece into fresh memory, as fs_read() does. (The memory does not start 1 to 31 bytes
// into a page, where a copy out of the ring is slow: see libipc/copy.c.)
static bool take_file(void *ctx, uint64_t *ns)
{
    struct native *n = ctx;
    struct flows *flows = n->own;
    bool is_good = measure_write(n->fd, "g", 1);
    (void)ns;
    for (uint64_t at = 0; at < BENCH_FILE_LEN && is_good; at += BENCH_FILE_PIECE) {
        void *data = aligned_alloc(64, BENCH_FILE_PIECE);
        is_good = data && take(n, &flows->back, data, BENCH_FILE_PIECE) &&
                  measure_matches(data, 64, at + 1);
        free(data);
    }
    return is_good;
}

const struct native_case floor_file = {"floor_file", start_file, NULL, take_file, NULL};
const struct native_case floor_ring = {"floor_ring", start, begin, exchange, end};
