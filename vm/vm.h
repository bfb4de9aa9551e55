// vm's core: every decision of vm, and no system call.
//
// A shell (main.c, a unit test, a fuzzer, a simulation) feeds the core with messages and the time,
// and gives it a table of functions for everything that needs a system call. The core is
// deterministic: for the same messages, times and results of these functions, it makes the same
// calls. All state is in one struct vm of fixed size. A process may have several.
#ifndef VM_VM_H
#define VM_VM_H

#include <oolong/message.h>

struct vm;

/// The rounds of a task's open receives: state_page.rounds_begun and rounds_served.
struct vm_rounds {
    uint32_t begun;
    uint32_t served;
};

/// What the core asks of its shell. None of these functions may call back into the core.
struct vm_env {
    /// Copies `len` bytes at `addr` of a task into `buf` (out of `buf`, for `write`) and returns
    /// how many were copied. Fewer than `len` means that the rest cannot be copied. The core treats
    /// that as an error and delivers nothing.
    size_t (*read)(void *ctx, task_t task, vaddr_t addr, void *buf, size_t len);
    size_t (*write)(void *ctx, task_t task, vaddr_t addr, const void *buf, size_t len);

    /// Returns the memory of a task's receive buffers, at least `size` bytes of it, as mapped in
    /// vm's process; NULL if vm does not have it. The mapping stays until the task is reaped. The
    /// core reads bytes right into this memory and then calls write() with a `buf` inside it. Such
    /// a write copies nothing; it lets the shell see what was put there.
    void *(*landing)(void *ctx, task_t task, size_t size);

    /// Answers a call without blocking. An answer that cannot be delivered is dropped.
    void (*reply)(void *ctx, task_t dst, struct message *m);
    /// The same with a descriptor attached. The descriptor still belongs to the core.
    void (*reply_fd)(void *ctx, task_t dst, struct message *m, int fd);
    void (*notify)(void *ctx, task_t dst, notifications_t bits);

    /// The monotonic clock.
    uint64_t (*now_ns)(void *ctx);
    /// A random number that no task can predict.
    uint64_t (*random)(void *ctx);

    /// The wait word of the task's state page as it is now (see wait_word()); 0 without a page.
    uint64_t (*wait_word)(void *ctx, task_t task);
    /// The rounds of the task's open receives, as its page says; 0 without a page.
    struct vm_rounds (*rounds)(void *ctx, task_t task);
    /// What the task's page says of its receive buffer `k` (state_page.copied_out); 0 without a
    /// page.
    uint64_t (*copied_out)(void *ctx, task_t task, unsigned k);
    /// Stores how many senders are blocked for `dst` in vm's own page, with a full fence after it.
    void (*publish_blocked)(void *ctx, task_t dst, uint32_t count);

    /// Whether the launcher gave two live tasks a channel to each other.
    bool (*may_talk)(void *ctx, task_t src, task_t dst);

    /// Asks the launcher for a new task. The launcher answers later, with launcher.launched.
    error_t (*launch)(void *ctx, uint32_t token, const char *text, size_t len);
    /// Asks the launcher to end a task. Its exception comes later.
    error_t (*destroy)(void *ctx, task_t task);
    /// Tells the launcher that the core has forgotten an ended task.
    void (*reaped)(void *ctx, task_t task);

    /// Makes zeroed memory of `size` bytes for `owner`, fresh pages or a segment: a read-write and
    /// a read-only descriptor.
    error_t (*memfd)(void *ctx, task_t owner, bool is_pages, size_t size, int fds[2]);
    void (*close_fd)(void *ctx, int fd);
    /// Tells the launcher that the descriptors of a segment are closed.
    void (*segment_closed)(void *ctx);

    /// One line for the operator, without a newline.
    void (*log)(void *ctx, const char *text);
};

/// Bytes of a struct vm, for callers that allocate one and do not include state.h.
size_t vm_size(void);

/// Starts with an empty system. `vm` may hold anything before; `env` must outlive it.
void vm_init(struct vm *vm, const struct vm_env *env, void *ctx);

/// Handles one message from `actor`, whatever it contains. A message that is not a request to vm is
/// answered with ERR_NOT_ACCEPTABLE, one that only the launcher may send with ERR_NOT_PERMITTED.
/// `invalid` and `notifications` are not answered, nor is a task that is not alive.
void vm_step(struct vm *vm, task_t actor, const struct message *m);

/// Whether copies are under way. If so, call vm_copy_step() between two messages. Each call copies
/// one piece; the copies take turns.
bool vm_copy_pending(const struct vm *vm);
void vm_copy_step(struct vm *vm);

/// Returns the time (of now_ns()) at which vm_tick() must be called; UINT64_MAX: not needed. Calls
/// that come early or twice do no harm.
uint64_t vm_deadline(const struct vm *vm);
void vm_tick(struct vm *vm);

/// Returns the pid of a live task, -1 for any other.
int vm_task_pid(const struct vm *vm, task_t task);

/// Counters since vm_init(): requests == answers + dropped + those still waiting in vm.
struct vm_stats {
    uint64_t requests; // messages that want an answer
    uint64_t answers;
    uint64_t dropped; // requests whose sender died before the answer
    uint64_t revoked; // reservations that ended at their deadline
};
struct vm_stats vm_stats(const struct vm *vm);

/// Verifies every invariant of the state. If one is broken, logs which and aborts. Tests and
/// fuzzers call this between any two calls of the functions above.
void vm_check(const struct vm *vm);

#endif
