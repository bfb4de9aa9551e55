// The shell around vm's core: the receive loop, and the system calls that the core asks for.
//
// The shell decides nothing. If a system call fails, it tells the core what vm.h says: fewer bytes,
// or an error.
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/uio.h>
#include <unistd.h>
#include <oolong/internal.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/syscall.h>
#include <resea/task.h>
#include <resea/timer.h>
#include <time.h>
#include "copier.h"
#include "random.h"
#include "state.h"

// Pieces that are copied between two looks for messages. A look costs a tenth of a piece.
#define PIECES_AT_ONCE 4

static struct vm vm;
static struct random_key key;
static uint64_t timer_is_for = UINT64_MAX; // the deadline for which the timer runs

// --- What the core asks for ---------------------------------------------------------------------

static uint64_t env_now_ns(__unused void *ctx)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

// Publishes which task's memory is about to be touched (0: none). If the access puts vm to sleep,
// the launcher must know which task to end. This costs a few stores and a look at the clock. Only
// before the first copy after a pause does it cost a message: the launcher has stopped looking by
// then.
static void publish_copying(task_t task)
{
    static uint32_t told; // the odd value of `watch` that the launcher was last told to begin
    struct state_page *page = ipc_own_page();
    if (!task) {
        atomic_store_explicit(&page->copying, 0, memory_order_release);
        return;
    }
    atomic_store_explicit(&page->copying_since_ns, env_now_ns(NULL), memory_order_relaxed);
    atomic_store(&page->copying, task);
    uint32_t watch = atomic_load(&page->stall_watch);
    if (!(watch & 1) && watch + 1 != told) {
        told = watch + 1;
        ipc_control_copying();
    }
}

static size_t copy(copier_call call, task_t task, vaddr_t addr, void *buf, size_t len)
{
    int pid = vm_task_pid(&vm, task);
    if (pid <= 0)
        return 0;
    publish_copying(task);
    size_t done = copier_copy(call, pid, addr, buf, len);
    int error = errno;
    publish_copying(0);
    static bool told = false;
    if (done < len && error == EPERM && !told) {
        told = true;
        WARN("the host forbids access to the memory of task %d; see oolong doctor", task);
    }
    return done;
}

static size_t env_read(__unused void *ctx, task_t task, vaddr_t addr, void *buf, size_t len)
{
    return copy(process_vm_readv, task, addr, buf, len);
}

// The receive memory of the tasks that have registered it. It is taken over from the task's
// channel, because it must outlive the channel: a task that has ended loses its channel at once,
// and the core may use its receive memory until the task is reaped (vm_env.landing).
static struct landing {
    task_t task; // the last task of the slot that has registered
    uint8_t *base;
    size_t len; // 0: there is none
} landings[CONFIG_NUM_TASKS];

static struct landing *landing_of(task_t task)
{
    struct landing *landing = &landings[TASK_SLOT(task) % CONFIG_NUM_TASKS];
    return landing->task == task ? landing : NULL;
}

static void *env_landing(__unused void *ctx, task_t task, size_t size)
{
    if (!landing_of(task)) {
        struct landing *landing = &landings[TASK_SLOT(task)]; // whose last task is reaped
        landing->task = task;
        landing->base = ipc_take_landing(task, &landing->len);
    }
    return size <= landing_of(task)->len ? landing_of(task)->base : NULL;
}

// Gives back the receive memory of a task that is reaped, in pieces. Memory that the task has never
// registered is taken over from the channel first: the channel may end while vm waits for messages,
// and then no piece would be given back until one comes.
static void forget_landing(task_t task)
{
    size_t len;
    void *base = ipc_take_landing(task, &len);
    struct landing *landing = landing_of(task);
    if (base)
        ipc_release_landing(base, len);
    if (landing && landing->len > 0)
        ipc_release_landing(landing->base, landing->len);
    if (landing)
        *landing = (struct landing){0};
}

static bool is_in_landing(task_t task, const void *buf)
{
    const struct landing *landing = landing_of(task);
    return landing && (uintptr_t)buf - (uintptr_t)landing->base < landing->len;
}

static size_t env_write(__unused void *ctx, task_t task, vaddr_t addr, const void *buf, size_t len)
{
    if (is_in_landing(task, buf))
        return len;
    return copy(process_vm_writev, task, addr, (void *)(uintptr_t)buf, len);
}

static void env_reply(__unused void *ctx, task_t dst, struct message *m)
{
    ipc_reply(dst, m);
}

static void env_reply_fd(__unused void *ctx, task_t dst, struct message *m, int fd)
{
    error_t err = ipc_reply_fd(dst, m, fd);
    if (IS_ERROR(err))
        WARN_DBG("could not reply to task %d: %s", dst, err2str(err));
}

static void env_notify(__unused void *ctx, task_t dst, notifications_t bits)
{
    error_t err = ipc_notify(dst, bits);
    if (IS_ERROR(err))
        WARN_DBG("could not notify task %d: %s", dst, err2str(err)); // its exception is on the way
}

static uint64_t env_random(__unused void *ctx)
{
    return random_next(&key);
}

static struct vm_rounds env_rounds(__unused void *ctx, task_t task)
{
    struct vm_rounds rounds = {0};
    const struct state_page *page = ipc_peer_page(task);
    if (page) {
        rounds.begun = atomic_load_explicit(&page->rounds_begun, memory_order_relaxed);
        rounds.served = atomic_load_explicit(&page->rounds_served, memory_order_relaxed);
    }
    return rounds;
}

static uint64_t env_wait_word(__unused void *ctx, task_t task)
{
    const struct state_page *page = ipc_peer_page(task);
    return page ? atomic_load(&page->wait) : 0;
}

static uint64_t env_copied_out(__unused void *ctx, task_t task, unsigned k)
{
    const struct state_page *page = ipc_peer_page(task);
    return page ? atomic_load(&page->copied_out[k]) : 0;
}

static void env_publish_blocked(__unused void *ctx, task_t dst, uint32_t count)
{
    // Sequentially consistent, as the reads of the pages are: what is read after this is newer.
    atomic_store(&ipc_own_page()->blocked[TASK_SLOT(dst)], count);
}

static bool env_may_talk(__unused void *ctx, task_t src, task_t dst)
{
    return talk_is_allowed(ipc_talk_table(), src, dst);
}

static error_t env_launch(__unused void *ctx, uint32_t token, const char *text, size_t len)
{
    return ipc_control_launch(token, text, len);
}

static error_t env_destroy(__unused void *ctx, task_t task)
{
    return task_destroy(task);
}

static void env_reaped(__unused void *ctx, task_t task)
{
    forget_landing(task);
    OOPS_OK(ipc_control_reap(task));
}

static error_t env_memfd(__unused void *ctx, task_t owner, bool is_pages, size_t size, int fds[2])
{
    return ipc_control_memfd(owner, is_pages, size, fds);
}

static void env_segment_closed(__unused void *ctx)
{
    ipc_control_closed();
}

static void env_close_fd(__unused void *ctx, int fd)
{
    close(fd);
}

static void env_log(__unused void *ctx, const char *text)
{
    WARN("%s", text);
}

static const struct vm_env env = {
    .read = env_read,
    .write = env_write,
    .landing = env_landing,
    .reply = env_reply,
    .reply_fd = env_reply_fd,
    .notify = env_notify,
    .now_ns = env_now_ns,
    .random = env_random,
    .wait_word = env_wait_word,
    .rounds = env_rounds,
    .copied_out = env_copied_out,
    .publish_blocked = env_publish_blocked,
    .may_talk = env_may_talk,
    .launch = env_launch,
    .destroy = env_destroy,
    .reaped = env_reaped,
    .memfd = env_memfd,
    .close_fd = env_close_fd,
    .segment_closed = env_segment_closed,
    .log = env_log,
};

void oolong_prepare(void)
{
    copier_start(ipc_own_core());
}

// --- The loop -----------------------------------------------------------------------------------

// Takes the key from the 16 random bytes that the kernel gives each program when it starts. libc
// makes its canaries of them, so they are as secret as the rest of this process's memory. Reading
// them needs no system call.
static void seed(void)
{
    const void *bytes = (const void *)getauxval(AT_RANDOM);
    if (!bytes)
        PANIC("the kernel gave no random bytes");
    memcpy(&key, bytes, sizeof(key.words));
    key.counter = 0;
}

static void set_timer(void)
{
    uint64_t deadline = vm_deadline(&vm);
    if (deadline == timer_is_for)
        return;
    timer_is_for = deadline;
    if (deadline == UINT64_MAX) {
        OOPS_OK(timer_set(0));
        return;
    }
    // Rounded up, because a tick that comes too early does nothing. Capped, because a longer time
    // may not fit msec_t.
    uint64_t now = env_now_ns(NULL);
    uint64_t ms = deadline > now ? (deadline - now + 999999) / 1000000 : 1;
    OOPS_OK(timer_set((msec_t)MIN(ms, (uint64_t)60 * 60 * 1000)));
}

static void handle(const struct message *m)
{
    if (m->type != NOTIFICATIONS_MSG) {
        vm_step(&vm, m->src, m);
    } else if (m->notifications.data & NOTIFY_TIMER) {
        timer_is_for = UINT64_MAX; // it has run out
        vm_tick(&vm);
    }
}

// One turn of the loop. While copies run, it takes a message if there is one and does not wait.
static void serve(void)
{
    struct message m;
    bool is_busy = vm_copy_pending(&vm) || ipc_release_is_pending();
    unsigned flags = is_busy ? IPC_RECV | IPC_NOBLOCK : IPC_RECV;
    error_t err = sys_ipc(IPC_ANY, IPC_ANY, &m, flags);
    // `err` may also be an error that a task sent as a message, which means nothing here.
    if (err == OK)
        handle(&m);
    for (unsigned i = 0; i < PIECES_AT_ONCE && vm_copy_pending(&vm); i++)
        vm_copy_step(&vm);
    ipc_release_piece();
    set_timer();
}

void main(void)
{
    seed();
    vm_init(&vm, &env, NULL);
    for (;;)
        serve();
}
