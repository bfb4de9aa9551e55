// Floors of an exchange through shared memory: two words say whose turn it is. Each process waits
// with a futex or by polling.
#include "native.h"
#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SPINS      2000 // before the process yields; on one core it yields at once
#define SPIN_BATCH 64

// Each word has a cache line of its own.
struct turn {
    _Alignas(64) _Atomic uint32_t asked;
    _Alignas(64) _Atomic uint32_t answered;
};

static bool make_words(struct native *n)
{
    n->own =
        mmap(NULL, sizeof(struct turn), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return n->own != MAP_FAILED;
}

static void futex_await(_Atomic uint32_t *word, uint32_t old)
{
    while (atomic_load(word) == old)
        syscall(SYS_futex, word, FUTEX_WAIT, old, NULL, NULL, 0);
}

static void futex_set(_Atomic uint32_t *word, uint32_t value)
{
    atomic_store(word, value);
    syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void serve_futex(struct native *n)
{
    struct turn *turn = n->own;
    for (uint32_t i = 0;; i++) {
        futex_await(&turn->asked, i);
        futex_set(&turn->answered, i + 1);
    }
}

static bool start_futex(struct native *n)
{
    return make_words(n) && native_fork(n, serve_futex);
}

static bool exchange_futex(void *ctx, uint64_t *ns)
{
    struct native *n = ctx;
    struct turn *turn = n->own;
    uint32_t old = atomic_load(&turn->answered);
    (void)ns;
    futex_set(&turn->asked, old + 1);
    futex_await(&turn->answered, old);
    return atomic_load(&turn->answered) == old + 1;
}

static void cpu_relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void spin_await(const struct native *n, _Atomic uint32_t *word, uint32_t old)
{
    unsigned spins = n->placement == SAME_CORE ? 0 : SPINS;
    while (atomic_load_explicit(word, memory_order_acquire) == old) {
        if (spins > 0) {
            spins--;
            cpu_relax();
        } else {
            sched_yield();
        }
    }
}

// Between two measurements it sleeps: a server that spins for ever would disturb the others.
static void serve_spin(struct native *n)
{
    struct turn *turn = n->own;
    char go;
    while (read(n->fd, &go, 1) == 1) {
        for (uint32_t i = 0; i != UINT32_MAX;) {
            spin_await(n, &turn->asked, i);
            i = atomic_load(&turn->asked);
            atomic_store_explicit(&turn->answered, i, memory_order_release);
        }
        atomic_store(&turn->asked, 0);
        atomic_store(&turn->answered, 0);
    }
}

static bool start_spin(struct native *n)
{
    return make_words(n) && native_fork_with_socket(n, SOCK_STREAM, serve_spin);
}

static bool begin_spin(struct native *n)
{
    struct turn *turn = n->own;
    while (atomic_load(&turn->answered) != 0)
        sched_yield();
    n->batch = SPIN_BATCH;
    return write(n->fd, "g", 1) == 1;
}

static bool exchange_spin(void *ctx, uint64_t *ns)
{
    struct native *n = ctx;
    struct turn *turn = n->own;
    (void)ns;
    for (unsigned i = 0; i < SPIN_BATCH; i++) {
        uint32_t old = atomic_load_explicit(&turn->answered, memory_order_relaxed);
        atomic_store_explicit(&turn->asked, old + 1, memory_order_release);
        spin_await(n, &turn->answered, old);
    }
    return true;
}

static bool end_spin(struct native *n)
{
    struct turn *turn = n->own;
    atomic_store(&turn->asked, UINT32_MAX);
    return true;
}

const struct native_case floor_futex = {"floor_futex", start_futex, NULL, exchange_futex, NULL};
const struct native_case floor_spin = {"floor_spin", start_spin, begin_spin, exchange_spin,
                                       end_spin};
