// What the files of vm's core offer each other, from the bottom up: a file uses only those above
// it.
#ifndef VM_INTERNAL_H
#define VM_INTERNAL_H

#include "state.h"

// --- name.c ---
/// Whether this is a name that a service may have: 1 to 63 bytes of valid UTF-8, without control
/// characters and the like.
bool vm_name_is_valid(const char *name, size_t len);

// --- table.c ---
/// Returns NULL if there is no such live task. vm and the launcher are not in the table.
struct vm_task *vm_task_find(struct vm *vm, task_t id);
/// Whether there ever was such a task.
bool vm_task_existed(const struct vm *vm, task_t id);
/// Adds a task, all zero but for its id. Returns NULL if the slot is taken, or if the slot had a
/// task of this or a later generation.
struct vm_task *vm_table_add(struct vm *vm, task_t id);
void vm_table_remove(struct vm *vm, const struct vm_task *task);

// --- answer.c ---
/// Answers the request of a task, which then waits no more.
void vm_answer(struct vm *vm, struct vm_task *task, struct message *m);
void vm_answer_fd(struct vm *vm, struct vm_task *task, struct message *m, int fd);
void vm_answer_err(struct vm *vm, struct vm_task *task, error_t error);
/// Logs, once for each `told`, which line of the suite file would allow what a task was refused.
void vm_tell_key(struct vm *vm, const struct vm_task *task, bool *told, const char *what,
                 const char *key, const char *value);
void vm_log(struct vm *vm, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/// Makes vm_deadline() return `ns` or something earlier.
void vm_need_tick(struct vm *vm, uint64_t ns);
/// Reads a string of `len` bytes at `addr` of a task into `buf`, which has room for `max` bytes and
/// a NUL. `len` may include the string's NUL. Returns the length without the NUL, ERR_TOO_LARGE
/// (over `max`) or ERR_INVALID_ARG (the memory cannot be read, or there is a NUL inside).
error_t vm_read_text(struct vm *vm, struct vm_task *task, const void *addr, size_t len, char *buf,
                     size_t max);

// --- queue.c ---
/// Marks a receiver: something changed that may let a blocked sender go on.
void vm_queue_touch(struct vm *vm, struct vm_task *dst);
/// Blocks a sender at its receiver, behind or before the others.
void vm_queue_push(struct vm *vm, struct vm_task *sender, bool front);
void vm_queue_unlink(struct vm *vm, struct vm_task *sender);
/// Adds a sender, which is in no queue, to the copies that take turns.
void vm_queue_start_copy(struct vm *vm, struct vm_task *sender);
/// Removes a sender from them. The buffer and the sender's answer are the caller's business.
void vm_queue_end_copy(struct vm_task *sender);

// --- landing.c ---
/// Returns the offset in a buffer of the payload behind one of `len` bytes at `offset`.
size_t vm_landing_next_offset(size_t offset, size_t len);
/// Frees the buffers whose payloads `dst` has copied out, as its page says.
void vm_landing_look(struct vm *vm, struct vm_task *dst);
/// Whether payloads may be put into the buffer: it is empty, or what is in it has lost its sender.
bool vm_landing_is_free(const struct vm_landing *landing);
/// Returns the buffer of `dst` that payloads of `src` go into now, free, or NULL. `word` is what
/// the page of `dst` says.
struct vm_landing *vm_landing_choose(struct vm *vm, struct vm_task *dst, task_t src, bool crossing,
                                     uint64_t word);
/// Takes the buffer for payloads of `src`, under a new id.
void vm_landing_take(struct vm *vm, struct vm_task *dst, struct vm_landing *landing, task_t src,
                     unsigned count, const size_t *lens);
/// All payloads are in the buffer: it holds them until the receiver has copied them out.
void vm_landing_reserve(struct vm_task *dst, struct vm_landing *landing);
/// Called before anything is put into a taken buffer: withdraws the receipt of payloads that were
/// taken away from it. Returns false if the receipt cannot be written.
bool vm_landing_begin(struct vm *vm, task_t dst, struct vm_landing *landing);
/// Returns where to put bytes that go to `offset` of a buffer, at most VM_BOUNCE_LEN of them.
uint8_t *vm_landing_stage(struct vm *vm, const struct vm_landing *landing, size_t offset);
/// Writes `len` bytes that were put there. Returns false if not all of them can be written.
bool vm_landing_write(struct vm *vm, task_t dst, const struct vm_landing *landing, size_t offset,
                      size_t len);
/// Writes the receipt and, behind it, the first `len` bytes.
bool vm_landing_write_first(struct vm *vm, task_t dst, const struct vm_landing *landing,
                            size_t len);
/// Makes the buffer free, without a word to the sender whose payloads it had.
void vm_landing_clear(struct vm_task *dst, struct vm_landing *landing);
/// Takes the buffer away from its payloads. If they were still being copied, the sender is again
/// the first in the queue. If they were reserved, the receiver that asks for them gets
/// ERR_TRY_AGAIN, and their sender sends again.
void vm_landing_void(struct vm *vm, struct vm_task *dst, struct vm_landing *landing);

// --- copy.c ---
/// Starts copying a sender's payloads into a buffer that was chosen for it; the sender is in no
/// queue. A small copy is done at once.
void vm_copy_start(struct vm *vm, struct vm_task *sender, struct vm_landing *landing);
/// Copies one piece for the sender whose turn it is.
void vm_copy_next(struct vm *vm);

// --- settle.c ---
/// Does everything that the changes since the last call make possible.
void vm_settle(struct vm *vm);
/// Revokes reservations that have held up others for too long.
void vm_settle_tick(struct vm *vm, uint64_t now_ns);

// The handlers below answer a request. OK: `reply`, which is all zero but for its type, is sent.
// DONT_REPLY: the handler answered, or the task waits. Any other error is the answer.

// --- exits.c ---
error_t vm_on_task_watch(struct vm *vm, struct vm_task *task, const struct message *m,
                         struct message *reply);
error_t vm_on_task_unwatch(struct vm *vm, struct vm_task *task, const struct message *m,
                           struct message *reply);
error_t vm_on_async_pull(struct vm *vm, struct vm_task *task, const struct message *m,
                         struct message *reply);
/// A task ended: tells those that watch it.
void vm_exits_task_ended(struct vm *vm, struct vm_exit ended);

// --- segment.c ---
error_t vm_on_shm_create(struct vm *vm, struct vm_task *task, const struct message *m,
                         struct message *reply);
error_t vm_on_shm_map(struct vm *vm, struct vm_task *task, const struct message *m,
                      struct message *reply);
error_t vm_on_shm_close(struct vm *vm, struct vm_task *task, const struct message *m,
                        struct message *reply);
error_t vm_on_alloc_pages(struct vm *vm, struct vm_task *task, const struct message *m,
                          struct message *reply);
void vm_segment_task_ended(struct vm *vm, struct vm_task *task);

// --- service.c ---
error_t vm_on_discovery_serve(struct vm *vm, struct vm_task *task, const struct message *m,
                              struct message *reply);
error_t vm_on_discovery_lookup(struct vm *vm, struct vm_task *task, const struct message *m,
                               struct message *reply);
void vm_on_launcher_may_serve(struct vm *vm, const struct message *m);
/// Ends the lookups whose time is up.
void vm_service_tick(struct vm *vm, uint64_t now_ns);

// --- ool.c ---
error_t vm_on_ool_recv(struct vm *vm, struct vm_task *task, const struct message *m,
                       struct message *reply);
error_t vm_on_ool_send(struct vm *vm, struct vm_task *task, const struct message *m,
                       struct message *reply);
error_t vm_on_ool_verify(struct vm *vm, struct vm_task *task, const struct message *m,
                         struct message *reply);
/// Places a payload of vm's own in a buffer of the task, which waits for vm.
error_t vm_ool_place_own(struct vm *vm, struct vm_task *task, const void *data, size_t len,
                         uint64_t *id);
void vm_ool_task_ended(struct vm *vm, struct vm_task *task);

// --- bench.c ---
error_t vm_on_benchmark_nop(struct vm *vm, struct vm_task *task, const struct message *m,
                            struct message *reply);
error_t vm_on_benchmark_nop_with_ool(struct vm *vm, struct vm_task *task, const struct message *m,
                                     struct message *reply);

// --- task.c ---
void vm_on_launcher_started(struct vm *vm, const struct message *m);
void vm_on_launcher_launched(struct vm *vm, const struct message *m);
void vm_on_exception(struct vm *vm, const struct message *m);
error_t vm_on_task_alloc(struct vm *vm, struct vm_task *task, const struct message *m,
                         struct message *reply);
error_t vm_on_task_free(struct vm *vm, struct vm_task *task, const struct message *m,
                        struct message *reply);
error_t vm_on_task_launch(struct vm *vm, struct vm_task *task, const struct message *m,
                          struct message *reply);

#endif
