// One run of the vm target: the operations of an input, performed on a world one after the other.
// run.c translates the classes of an operation, and ops_*.c perform the operations.
#ifndef TESTS_FUZZ_RUN_H
#define TESTS_FUZZ_RUN_H

#include "ops.h"
#include "world.h"

#define RUN_NUM_LENGTHS 22
#define RUN_NUM_NAMES   22
extern const size_t run_lengths[RUN_NUM_LENGTHS];
extern const char *const run_names[RUN_NUM_NAMES];

struct run {
    struct world *world;
    const uint8_t *data;
    size_t size, next; // next: offset of the record after this one
    const struct op *op;
    unsigned slot; // of the actor
    task_t actor, target;
};

/// Performs `run->op`.
void run_perform(struct run *run);
void run_print(const struct op *op);
const char *run_kind(unsigned kind);
void run_start_task(struct world *world, unsigned slot, size_t limit, uint32_t rights);
task_t run_task(struct world *world, unsigned slot, unsigned gen);
task_t run_target(struct run *run);
size_t run_length(struct run *run, unsigned class, size_t limit);
vaddr_t run_address(struct run *run, unsigned class, size_t len);
size_t run_limit(struct run *run, task_t id);
/// The actor sends a message.
void run_step(struct run *run, const struct message *m);

void op_start(struct run *run);
void op_die(struct run *run);
void op_may_serve(struct run *run);
void op_launched(struct run *run);
void op_kernel(struct run *run);
void op_register(struct run *run);
void op_send(struct run *run);
void op_send_many(struct run *run);
void op_verify(struct run *run);
void op_wait(struct run *run);
void op_race(struct run *run);
void op_short(struct run *run);
void op_random(struct run *run);
void op_protect(struct run *run);
void op_time(struct run *run);
void op_copy(struct run *run);
void op_name(struct run *run, int type);
void op_launch(struct run *run);
void op_about_task(struct run *run, int type);
void op_pages(struct run *run);
void op_shm(struct run *run, int type);
void op_nop(struct run *run);
void op_fail(struct run *run);
void op_raw(struct run *run);
void op_part(struct run *run);
void op_copied(struct run *run);

#endif
