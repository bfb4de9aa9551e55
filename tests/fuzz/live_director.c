// The director of the live replay (see live.h): reads the inputs from an archive, performs the
// operations that make sense for real processes, and prints the results.
//
// Arguments: bytes of the archive, seconds to spend (0: no limit).
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <resea/printf.h>
#include <resea/task.h>
#include "live_world.h"
#include "run.h"

static struct run run;
static unsigned performed[OP_NUM], skipped[OP_NUM];
static unsigned num_inputs, num_mismatches, num_clock;

void live_failed(const char *text)
{
    if (live.stopping)
        PANIC("%s, while an input is given up", text);
    if (live.clock_in_play)
        longjmp(live.jump, LIVE_CLOCK);
    printf("MISMATCH in %s: %s\noperations up to it:\n", live.input, text);
    for (size_t at = 0; at < run.next && at + sizeof(struct op) <= run.size;) {
        struct op op;
        memcpy(&op, run.data + at, sizeof(op));
        printf("  %-12s actor %u target %u addr %u len %u gen 0x%x a %u b %u value 0x%llx\n",
               run_kind(op.kind), op.actor % MODEL_TASKS, op.target, op.addr, op.len, op.gen, op.a,
               op.b, (unsigned long long)op.value);
        at += sizeof(op) * (op.kind % OP_NUM == OP_RAW ? 1 + OPS_RAW_RECORDS : 1);
    }
    longjmp(live.jump, LIVE_MISMATCH);
}

// --- Operations ---------------------------------------------------------------------------------

// Finds out which names the players will serve. The suite file must allow these names when the
// players start.
static void foresee_names(void)
{
    for (unsigned slot = 0; slot < MODEL_TASKS; slot++) {
        enum live_serves serves = LIVE_SERVES_NONE;
        bool over = false;
        for (size_t at = run.next; !over && at + sizeof(struct op) <= run.size;) {
            struct op op;
            memcpy(&op, run.data + at, sizeof(op));
            unsigned kind = op.kind % OP_NUM;
            at += sizeof(op) * (kind == OP_RAW ? 1 + OPS_RAW_RECORDS : 1);
            if (op.actor % MODEL_TASKS != slot)
                continue;
            over = kind == OP_DIE;
            if (kind == OP_MAY_SERVE && op.a % 32 == 3)
                serves = LIVE_SERVES_ANY;
            else if (kind == OP_MAY_SERVE && op.a % 32 < LIVE_NUM_LISTED && !serves)
                serves = LIVE_SERVES_LISTED;
        }
        live.slots[slot].may_serve = serves;
    }
}

// Whether only a simulation can perform the operation: a launcher that sends false messages, memory
// whose transfers fall short on demand, a page that changes at a chosen moment, random numbers that
// repeat, or another time.
static bool is_simulated(const struct op *op)
{
    const struct live_slot *s = &live.slots[op->actor % MODEL_TASKS];
    unsigned b = op->target % MODEL_TASKS;
    switch (op->kind % OP_NUM) {
    case OP_LAUNCHED:
    case OP_KERNEL:
    case OP_RACE:
    case OP_SHORT:
    case OP_RANDOM:
    case OP_FAIL:
    case OP_TIME:
        return true;
    case OP_START:
        return !(op->len % 6 == 0 || op->len % 6 == 3 ||
                 op->len % 6 == 4); // a suite has 4K at least
    case OP_DIE:
        return !s->real;
    case OP_MAY_SERVE:
        return !s->real ||
               (op->a % 32 == 3 ? s->serves != LIVE_SERVES_ANY
                                : s->serves == LIVE_SERVES_NONE || op->a % 32 >= LIVE_NUM_LISTED);
    case OP_COPIED:
        return !s->real || (op->b & 2);
    case OP_PART: // the launcher never removes the channel of two tasks
        return !(op->a & 1) && s->real && s->joined[b];
    default:
        return false;
    }
}

static bool has_no_part(const struct op *op)
{
    unsigned kind = op->kind % OP_NUM;
    return kind == OP_MAY_SERVE || kind == OP_COPY;
}

static void perform(const struct op *op)
{
    unsigned kind = op->kind % OP_NUM;
    foresee_names();
    live.skipped = is_simulated(op);
    run.op = op;
    if (!live.skipped && !has_no_part(op))
        run_perform(&run);
    live_mirror();
    if (live.skipped)
        skipped[kind]++;
    else
        performed[kind]++;
}

static void compare_memory(void)
{
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        const uint8_t *real = live.memory + (size_t)i * WORLD_MEM;
        const uint8_t *expected = world_mem(live.world, i, 0);
        for (size_t at = 0; at < WORLD_MEM; at += PAGE_SIZE)
            MODEL_CHECK(&live.world->model, !memcmp(real + at, expected + at, PAGE_SIZE),
                        "page %zu of player %u is not what was written there", at / PAGE_SIZE, i);
    }
}

static void restore_memory(void)
{
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        uint8_t *real = live.memory + (size_t)i * WORLD_MEM;
        for (size_t at = 0; at < WORLD_MEM; at += PAGE_SIZE) {
            if (memcmp(real + at, world_mem(live.world, i, at), PAGE_SIZE))
                memcpy(real + at, world_mem(live.world, i, at), PAGE_SIZE);
        }
    }
}

static void replay(const uint8_t *data, size_t size)
{
    run = (struct run){.world = live.world, .data = data, .size = size};
    num_inputs++;
    world_reset(live.world);
    restore_memory();
    int how = setjmp(live.jump);
    if (how == 0) {
        for (unsigned n = 0; n < OPS_MAX && run.next + sizeof(struct op) <= size; n++) {
            struct op op;
            memcpy(&op, data + run.next, sizeof(op));
            run.next += sizeof(op);
            perform(&op);
        }
        run.next = MIN(run.next, size);
        world_end(live.world);
        compare_memory();
        return;
    }
    num_mismatches += how == LIVE_MISMATCH;
    num_clock += how == LIVE_CLOCK;
    live.stopping = true;
    live_end_all();
}

// --- The archive --------------------------------------------------------------------------------

static void replay_all(const uint8_t *tar, size_t size, uint64_t end_ns)
{
    for (size_t at = 0; at + 512 <= size && tar[at];) {
        static char name[101];
        char digits[13] = "";
        memcpy(name, tar + at, 100);
        memcpy(digits, tar + at + 124, 12);
        size_t len = strtoul(digits, NULL, 8);
        char type = (char)tar[at + 156];
        live.input = name;
        at += 512;
        if (len > size - at || (end_ns && live_now_ns() > end_ns))
            return;
        if (type == '0')
            replay(tar + at, len);
        at += ALIGN_UP(len, (size_t)512);
    }
}

static void print_table(void)
{
    unsigned all = 0, none = 0;
    printf("%-14s %10s %10s\n", "operation", "performed", "skipped");
    for (unsigned i = 0; i < OP_NUM; i++) {
        if (performed[i] || skipped[i])
            printf("%-14s %10u %10u\n", run_kind(i), performed[i], skipped[i]);
        all += performed[i];
        none += skipped[i];
    }
    printf("%-14s %10u %10u\n", "all", all, none);
    printf("%u inputs, %u players started, %u channels; %u answers compared, %u payloads of %llu "
           "bytes\n",
           num_inputs, live.num_starts, live.num_connects, live.num_answers, live.num_payloads,
           (unsigned long long)live.payload_bytes);
    printf("inputs cut short by the clock: %u\nmismatches: %u\n", num_clock, num_mismatches);
}

void main(void)
{
    ASSERT(task_argc() == 3);
    size_t size = strtoul(task_argv()[1], NULL, 10);
    uint64_t seconds = strtoul(task_argv()[2], NULL, 10);
    uint8_t *board =
        mmap(NULL, LIVE_BOARD_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, task_file("board"), 0);
    const uint8_t *tar = mmap(NULL, size, PROT_READ, MAP_SHARED, task_file("inputs"), 0);
    ASSERT(board != MAP_FAILED && tar != MAP_FAILED);
    live.board = (struct live_board *)(void *)board;
    live.memory = board + LIVE_MEMORY;
    live.world = world_get();
    replay_all(tar, size, seconds ? live_now_ns() + seconds * 1000000000 : 0);
    print_table();
    exit(num_mismatches || !num_inputs ? EXIT_FAILURE : EXIT_SUCCESS);
}
