// What the files of vm's core offer each other.
#ifndef VM_INTERNAL_H
#define VM_INTERNAL_H

#include "state.h"

// A handler of a task's request. `reply` is all zero but for its type. OK: the reply is sent;
// DONT_REPLY: the handler answered by itself, or the task waits; any other error is the answer.
typedef error_t (*vm_handler)(struct vm *vm, struct vm_task *task, const struct message *m,
                              struct message *reply);

// --- core.c ---
/// Answers the request of a task, which then waits no more.
void vm_answer(struct vm *vm, struct vm_task *task, struct message *m);
void vm_answer_fd(struct vm *vm, struct vm_task *task, struct message *m, int fd);
void vm_answer_err(struct vm *vm, struct vm_task *task, error_t error);
// Says once of a task which line of the suite file would allow what it was refused.
void vm_tell_key(struct vm *vm, const struct vm_task *task, bool *told, const char *what,
                 const char *key, const char *value);
void vm_log(struct vm *vm, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/// vm_deadline() will not be later than `ns`.
void vm_need_tick(struct vm *vm, uint64_t ns);
/// Reads a string of `len` bytes at `addr` of a task, NUL included if there is one, into `buf`,
/// which has room for `max` bytes and a NUL. Returns its length without the NUL, or ERR_TOO_LARGE
/// (over `max`) or ERR_INVALID_ARG (cannot be read, or has a NUL inside).
error_t vm_read_text(struct vm *vm, struct vm_task *task, const void *addr, size_t len, char *buf,
                     size_t max);

// --- task.c ---
/// NULL when there is no such live task. vm and the launcher are not in the table.
struct vm_task *vm_task_find(struct vm *vm, task_t id);
/// Whether there ever was such a task.
bool vm_task_existed(const struct vm *vm, task_t id);
void vm_on_launcher_started(struct vm *vm, const struct message *m);
void vm_on_exception(struct vm *vm, const struct message *m);
error_t vm_on_task_alloc(struct vm *vm, struct vm_task *task, const struct message *m,
                         struct message *reply);
error_t vm_on_task_free(struct vm *vm, struct vm_task *task, const struct message *m,
                        struct message *reply);
error_t vm_on_task_launch(struct vm *vm, struct vm_task *task, const struct message *m,
                          struct message *reply);
void vm_on_launcher_launched(struct vm *vm, const struct message *m);

// --- watch.c ---
error_t vm_on_task_watch(struct vm *vm, struct vm_task *task, const struct message *m,
                         struct message *reply);
error_t vm_on_task_unwatch(struct vm *vm, struct vm_task *task, const struct message *m,
                           struct message *reply);
error_t vm_on_async_pull(struct vm *vm, struct vm_task *task, const struct message *m,
                         struct message *reply);
/// A task ended: tells those who watch it.
void vm_watch_task_ended(struct vm *vm, struct vm_exit ended);

// --- service.c ---
error_t vm_on_discovery_serve(struct vm *vm, struct vm_task *task, const struct message *m,
                              struct message *reply);
error_t vm_on_discovery_lookup(struct vm *vm, struct vm_task *task, const struct message *m,
                               struct message *reply);
void vm_on_launcher_may_serve(struct vm *vm, const struct message *m);
/// Ends the lookups whose time is up.
void vm_service_tick(struct vm *vm, uint64_t now_ns);

// --- name.c ---
/// 1 to 63 bytes of valid UTF-8, without control characters and the like.
bool vm_name_is_valid(const char *name, size_t len);

// --- shm.c ---
error_t vm_on_shm_create(struct vm *vm, struct vm_task *task, const struct message *m,
                         struct message *reply);
error_t vm_on_shm_map(struct vm *vm, struct vm_task *task, const struct message *m,
                      struct message *reply);
error_t vm_on_shm_close(struct vm *vm, struct vm_task *task, const struct message *m,
                        struct message *reply);
error_t vm_on_alloc_pages(struct vm *vm, struct vm_task *task, const struct message *m,
                          struct message *reply);
void vm_shm_task_ended(struct vm *vm, struct vm_task *task);

// --- ool.c ---
error_t vm_on_ool_recv(struct vm *vm, struct vm_task *task, const struct message *m,
                       struct message *reply);
error_t vm_on_ool_send(struct vm *vm, struct vm_task *task, const struct message *m,
                       struct message *reply);
error_t vm_on_ool_verify(struct vm *vm, struct vm_task *task, const struct message *m,
                         struct message *reply);
/// Where the next payload may start behind one of `len` bytes at `offset`.
size_t vm_ool_next_offset(size_t offset, size_t len);
/// Places vm's own payload in a buffer of the task, which waits for vm.
error_t vm_ool_place_own(struct vm *vm, struct vm_task *task, const void *data, size_t len,
                         uint64_t *id);
void vm_ool_task_ended(struct vm *vm, struct vm_task *task);

// --- landing.c ---
/// Frees the buffers whose payloads `dst` has copied out, as its page says.
void vm_landing_look(struct vm *vm, struct vm_task *dst);
/// Whether nobody needs the buffer any more.
bool vm_landing_is_free(const struct vm_landing *landing);
/// Returns the buffer of `dst` that payloads of `src` go into now, free, or NULL. `word` is what
/// the page of `dst` says.
struct vm_landing *vm_landing_choose(struct vm *vm, struct vm_task *dst, task_t src, bool crossing,
                                     uint64_t word);
/// Takes the buffer for payloads of `src`, with a new id; then says that they are in it.
void vm_landing_take(struct vm *vm, struct vm_task *dst, struct vm_landing *landing, task_t src,
                     unsigned count, const size_t *lens);
void vm_landing_reserve(struct vm_task *dst, struct vm_landing *landing);
/// Before anything is put into a buffer that is taken: withdraws the receipt of what was taken away
/// from it. False: it cannot be written.
bool vm_landing_begin(struct vm *vm, task_t dst, struct vm_landing *landing);
/// Where bytes are put that go to `offset` of a buffer: VM_BOUNCE_LEN of them at most.
uint8_t *vm_landing_stage(struct vm *vm, const struct vm_landing *landing, size_t offset);
/// Writes `len` bytes that were put there, and before the first ones the receipt. False: not all of
/// it can be written.
bool vm_landing_write(struct vm *vm, task_t dst, const struct vm_landing *landing, size_t offset,
                      size_t len);
bool vm_landing_write_first(struct vm *vm, task_t dst, const struct vm_landing *landing,
                            size_t len);
/// The buffer is free; whoever had it knows.
void vm_landing_clear(struct vm_task *dst, struct vm_landing *landing);
/// Takes a buffer away from whoever has it. A copy into it is cancelled, its sender is the first in
/// the queue again; the sender of a reservation is told to try again when the receiver asks for it.
void vm_landing_void(struct vm *vm, struct vm_task *dst, struct vm_landing *landing);

// --- queue.c ---
/// Something changed at `dst` that may concern those parked for it.
void vm_queue_touch(struct vm *vm, struct vm_task *dst);
void vm_queue_push(struct vm *vm, struct vm_task *sender, bool front);
void vm_queue_unlink(struct vm *vm, struct vm_task *sender);
/// Does what the changes since the last call make possible. Last in every entry into the core.
void vm_queue_settle(struct vm *vm);
/// Revokes reservations that have held up others for too long.
void vm_queue_tick(struct vm *vm, uint64_t now_ns);

// --- copy.c ---
/// Starts copying a sender's payloads into a buffer that was chosen for it; the sender is in no
/// queue. A small one is done at once.
void vm_copy_start(struct vm *vm, struct vm_task *sender, struct vm_landing *landing);
/// Forgets a copy; the buffer and the sender's answer are the caller's business.
void vm_copy_cancel(struct vm_task *sender);

// --- bench.c ---
error_t vm_on_benchmark_nop(struct vm *vm, struct vm_task *task, const struct message *m,
                            struct message *reply);
error_t vm_on_benchmark_nop_with_ool(struct vm *vm, struct vm_task *task, const struct message *m,
                                     struct message *reply);

#endif
