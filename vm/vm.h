// vm's core: every decision of vm, and no system call.
//
// A shell (main.c, a unit test, a fuzzer, a simulation) feeds it messages and the time, and gives
// it a table of functions for what it cannot do by itself. The core is deterministic: the same
// messages, answers of the table and times give the same calls of the table. All state is in one
// struct vm, of fixed size, and there may be many.
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
    /// how many were copied. Fewer than `len` means that the rest cannot be: the core takes any
    /// shortfall as an error, and then nothing was delivered.
    size_t (*read)(void *ctx, task_t task, vaddr_t addr, void *buf, size_t len);
    size_t (*write)(void *ctx, task_t task, vaddr_t addr, const void *buf, size_t len);

    /// The landing memory of a task, of at least `size` bytes, where vm has it too; it stays until
    /// the task is reaped. NULL: it has none. What is to go into it is put there first, and then
    /// written with `buf` in it: that copies nothing, and lets a shell see it.
    void *(*landing)(void *ctx, task_t task, size_t size);

    /// Answers a call, without blocking; an answer that cannot be delivered is dropped.
    void (*reply)(void *ctx, task_t dst, struct message *m);
    /// The same with a descriptor attached, which stays the core's.
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
    /// What the task's page says of its landing buffer `k` (state_page.copied_out); 0 without a
    /// page.
    uint64_t (*copied_out)(void *ctx, task_t task, unsigned k);
    /// Stores how many senders are parked for `dst` in vm's own page, with a full fence after it.
    void (*publish_parked)(void *ctx, task_t dst, uint32_t count);

    /// Whether the launcher gave two live tasks a channel to each other.
    bool (*may_talk)(void *ctx, task_t src, task_t dst);

    /// Asks the launcher for a new task. It answers later, with launcher.launched.
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

/// Bytes of a struct vm, for who allocates one without seeing into it (state.h).
size_t vm_size(void);

/// Starts with an empty system. `vm` may hold anything before; `env` must outlive it.
void vm_init(struct vm *vm, const struct vm_env *env, void *ctx);

/// Decides everything about one message from `actor`. Any content from any actor is survived: what
/// is no request of vm's is answered ERR_NOT_ACCEPTABLE (what the launcher alone says
/// ERR_NOT_PERMITTED, `invalid` and `notifications` not at all), and of a task that is not alive
/// nothing comes.
void vm_step(struct vm *vm, task_t actor, const struct message *m);

/// Whether copies are under way: then vm_copy_step() wants to be called between two messages. Each
/// call copies one piece, the copies taking turns.
bool vm_copy_pending(const struct vm *vm);
void vm_copy_step(struct vm *vm);

/// When vm_tick() wants to be called, in the time of now_ns(); UINT64_MAX: not at all. Calls that
/// come early or twice do no harm.
uint64_t vm_deadline(const struct vm *vm);
void vm_tick(struct vm *vm);

/// The process of a live task, -1 for any other.
int vm_task_pid(const struct vm *vm, task_t task);

/// Counters since vm_init(): requests == answers + dropped + those still waiting in vm.
struct vm_stats {
    uint64_t requests; // messages that want an answer
    uint64_t answers;
    uint64_t dropped; // requests whose sender died before the answer
    uint64_t revoked; // reservations that ended at their deadline
};
struct vm_stats vm_stats(const struct vm *vm);

/// Verifies every invariant of the state; logs what is broken and aborts. For tests and fuzzers,
/// between any two calls of the functions above.
void vm_check(const struct vm *vm);

#endif
