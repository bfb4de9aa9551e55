// The fuzz target `vm`: performs the operations of an input (ops.h) on vm's core and on the
// reference model.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "run.h"
#include "target.h"

static struct run *current; // for trace()

static void trace(void)
{
    fprintf(stderr, "operations up to the disagreement:\n");
    for (size_t at = 0; at < current->next && at + sizeof(struct op) <= current->size;) {
        struct op op;
        memcpy(&op, current->data + at, sizeof(op));
        run_print(&op);
        at += sizeof(op) * (op.kind % OP_NUM == OP_RAW ? 1 + OPS_RAW_RECORDS : 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world *world = world_get();
    struct run run = {.world = world, .data = data, .size = size};
    current = &run;
    world_reset(world);
    world->model.trace = trace;
    for (unsigned n = 0; n < OPS_MAX && run.next + sizeof(struct op) <= size; n++) {
        struct op op;
        memcpy(&op, data + run.next, sizeof(op));
        run.next += sizeof(op);
        run.op = &op;
        run_perform(&run);
    }
    run.next = MIN(run.next, size);
    world_end(world);
    return 0;
}
