// The second thread of vm. A copy between processes takes four times as long as one within a
// process, because the kernel looks up each page. While vm copies, the sender and the receiver
// wait, so a core is free: the second thread copies the upper half of each piece on it.
//
// The upper half is offered, not assigned: the first thread that is free takes it. If the second
// thread sleeps or its core is busy, vm copies both halves. The second thread decides nothing and
// accesses only the half that it copies.
//
//     IDLE --caller--> OFFERED --second--> TAKEN --second--> DONE --caller--> IDLE
//                              --caller--> IDLE, and copies that half itself
#include "copier.h"
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

// Below SHARED_MIN bytes, splitting a piece costs more than it saves. Waking the second thread
// costs as much as copying 64 KiB, so it is woken only after PIECES_ALONE pieces of one copy.
#define SHARED_MIN   ((size_t)32 << 10)
#define PIECES_ALONE 3

// A thread looks SPINS times for a change before it sleeps, and yields its core after every
// SPINS_A_YIELD looks. That is a hundred microseconds in all, within which the next piece comes, or
// the next payload of two tasks that exchange one after the other.
#define SPINS         5000
#define SPINS_A_YIELD 50

#define STACK_LEN ((size_t)64 << 10)

enum state { IDLE, OFFERED, TAKEN, DONE };

struct job {
    copier_call call;
    pid_t pid;
    vaddr_t addr;
    uint8_t *buf;
    size_t len;
    size_t done;
    int error;
};

static bool has_second;
static struct job upper; // `state` says which thread owns it
static _Atomic uint32_t state;
static _Atomic bool second_sleeps;
static _Atomic bool caller_sleeps;

// The kernel stops at the first page that it cannot reach and returns how far it came. Only the
// next call returns the reason.
static void run(struct job *job)
{
    while (job->done < job->len) {
        struct iovec local = {job->buf + job->done, job->len - job->done};
        struct iovec remote = {(void *)(job->addr + job->done), job->len - job->done};
        ssize_t n = job->call(job->pid, &local, 1, &remote, 1, 0);
        if (n <= 0) {
            job->error = n < 0 ? errno : EFAULT;
            return;
        }
        job->done += (size_t)n;
    }
}

static void relax(void)
{
#ifdef __x86_64__
    __builtin_ia32_pause();
#else
    atomic_signal_fence(memory_order_seq_cst);
#endif
}

// Waits until the state is no longer `old`. May return earlier.
static void await_change(uint32_t old, _Atomic bool *sleeps)
{
    for (unsigned i = 0; i < SPINS; i++) {
        if (atomic_load_explicit(&state, memory_order_acquire) != old)
            return;
        if (i % SPINS_A_YIELD == SPINS_A_YIELD - 1)
            sched_yield();
        else
            relax();
    }
    // Either this thread sees the other's change, or the other sees that this one sleeps.
    atomic_store(sleeps, true);
    if (atomic_load(&state) == old)
        syscall(SYS_futex, &state, FUTEX_WAIT_PRIVATE, old, NULL, NULL, 0);
    atomic_store(sleeps, false);
}

static void change(uint32_t new, _Atomic bool *sleeps)
{
    atomic_store(&state, new);
    if (atomic_load(sleeps))
        syscall(SYS_futex, &state, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

static void *second_main(void *arg)
{
    (void)arg;
    change(IDLE, &caller_sleeps); // the calls that start a thread are made
    for (;;) {
        uint32_t seen = atomic_load_explicit(&state, memory_order_acquire);
        uint32_t offered = OFFERED;
        if (seen != OFFERED) {
            await_change(seen, &second_sleeps);
        } else if (atomic_compare_exchange_strong(&state, &offered, TAKEN)) {
            run(&upper);
            change(DONE, &caller_sleeps);
        }
    }
    return NULL;
}

void copier_start(int core)
{
    cpu_set_t own, others;
    pthread_t thread;
    pthread_attr_t attr;
    CPU_ZERO(&own);
    if (core < 0 || core >= CPU_SETSIZE)
        return;
    CPU_SET(core, &own);
    atomic_store(&state, TAKEN);
    if (sched_getaffinity(0, sizeof(others), &others) == 0) {
        CPU_CLR(core, &others);
        has_second = CPU_COUNT(&others) > 0 && pthread_attr_init(&attr) == 0 &&
                     pthread_attr_setstacksize(&attr, STACK_LEN) == 0 &&
                     pthread_attr_setaffinity_np(&attr, sizeof(others), &others) == 0 &&
                     pthread_create(&thread, &attr, second_main, NULL) == 0;
    }
    // A starting thread makes system calls that the role's filter forbids. So wait for them.
    while (has_second && atomic_load(&state) == TAKEN)
        await_change(TAKEN, &caller_sleeps);
    sched_setaffinity(0, sizeof(own), &own);
}

// Whether this piece continues the last one, and at least PIECES_ALONE pieces went before it.
static bool goes_on(pid_t pid, vaddr_t addr, size_t len)
{
    static pid_t last_pid;
    static vaddr_t last_end;
    static unsigned pieces;
    pieces = pid == last_pid && addr == last_end ? pieces + 1 : 0;
    last_pid = pid;
    last_end = addr + len;
    return pieces >= PIECES_ALONE;
}

// Runs both halves: at the same time if the second thread takes the upper one, otherwise one after
// the other.
static void run_shared(struct job *lower)
{
    change(OFFERED, &second_sleeps);
    run(lower);
    uint32_t seen = OFFERED;
    if (atomic_compare_exchange_strong(&state, &seen, IDLE)) {
        run(&upper);
        return;
    }
    while ((seen = atomic_load_explicit(&state, memory_order_acquire)) != DONE)
        await_change(seen, &caller_sleeps);
    atomic_store_explicit(&state, IDLE, memory_order_relaxed);
}

size_t copier_copy(copier_call call, pid_t pid, vaddr_t addr, void *buf, size_t len)
{
    struct job lower = {call, pid, addr, buf, len, 0, 0};
    bool wakes = goes_on(pid, addr, len);
    if (!has_second || len < SHARED_MIN || (!wakes && atomic_load(&second_sleeps))) {
        run(&lower);
        errno = lower.error;
        return lower.done;
    }
    // Divided at a page, so that the threads do not both copy parts of one page.
    lower.len = ALIGN_DOWN(len / 2, (size_t)4096);
    upper = (struct job){call, pid, addr + lower.len, lower.buf + lower.len, len - lower.len, 0, 0};
    run_shared(&lower);
    bool whole = lower.done == lower.len;
    errno = whole ? upper.error : lower.error;
    return lower.done + (whole ? upper.done : 0);
}
