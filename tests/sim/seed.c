// One seed: its random numbers, the conditions under which it runs, and its report.
#include <stdarg.h>
#include <string.h>
#include "oracle.h"
#include "vm.h"

struct sim sim;
struct sim_counts counts;
jmp_buf sim_abandoned;

static uint64_t random_state;

uint32_t sim_random(void)
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15ull;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return (uint32_t)(z >> 32);
}

void sim_trace(const char *fmt, ...)
{
    va_list args;
    printf("%8llu %12.6f ms  ", (unsigned long long)sim.steps, (double)sim.now_ns / 1e6);
    if (sim.current != LAUNCHER)
        printf("task %d ", sim.procs[sim.current].id);
    va_start(args, fmt);
    vprintf(fmt, args);
    va_end(args);
    putchar('\n');
}

void sim_violation(const char *fmt, ...)
{
    va_list args;
    printf("seed %llu, step %llu: ", (unsigned long long)sim.seed, (unsigned long long)sim.steps);
    va_start(args, fmt);
    vprintf(fmt, args);
    va_end(args);
    putchar('\n');
    sim.failed = true;
    sim.current = LAUNCHER;
    _longjmp(sim_abandoned, 1);
}

// vm's shell calls this in place of vm_init().
void sim_vm_init(struct vm *vm, const struct vm_env *env, void *ctx);
void sim_vm_init(struct vm *vm, const struct vm_env *env, void *ctx)
{
    sim.vm = vm;
    sim.procs[VM].api->vm_init(vm, env, ctx);
}

static void choose_conditions(void)
{
    static const unsigned quanta[] = {1, 2, 3, 6, 12, 40};
    static const unsigned steps[] = {200, 2000, 20000, 200000, 2000000};
    sim.quantum = quanta[sim_below(6)];
    sim.step_ns = steps[sim_below(5)];
    // The deadline of a reservation is then 100 steps, which is less than a round of all tasks
    // takes.
    sim.delayed = sim.step_ns > NS_PER_MS;
    sim.crash_rate = sim_once_in(3) ? 0 : 100u << sim_below(5);
    sim.stop_rate = sim_once_in(2) ? 0 : 50u << sim_below(5);
    sim.interrupt_rate = sim_once_in(2) ? 0 : 20u << sim_below(5);
    sim.short_rate = sim_once_in(3) ? 4u << sim_below(5) : 0;
    sim.spurious_rate = sim_once_in(3) ? 4u << sim_below(4) : 0;
    sim.soft_max = sim_once_in(2) ? QUEUE_MAX - 8 : 1 + sim_below(6);
    sim.shm = sim_below(3);
    sim.two_cores = sim_once_in(16);
    if (sim.two_cores) // each look of a spinning task is a point
        sim.quantum = 100;
    sim.fail_stop_at = sim_once_in(25) ? 20 + sim_below(1500) : 0;
    sim.batch = sim_once_in(3) ? 1 + sim_below(3) : 64;
    sim.hub = sim_once_in(2) ? VM + 1 + (int)sim_below(NUM_SLOTS - 2) : 0;
    sim.pair = sim.hub && sim_once_in(4) ? sim.hub % (NUM_SLOTS - 1) + 1 : 0;
    if (sim.pair == VM)
        sim.pair = VM + 1;
    sim.calls = sim_once_in(3) ? 50 : sim_once_in(2) ? 10 : 90;
}

static void reset(uint64_t seed, unsigned ops, bool trace)
{
    random_state = seed * 0xd1342543de82ef95ull + 1;
    sim.seed = seed;
    sim.now_ns = 1000 * NS_PER_MS;
    sim.hash = 0xcbf29ce484222325ull;
    sim.steps = 0;
    sim.ops_left = ops;
    sim.trace = trace;
    sim.failed = sim.over = sim.ending = sim.doomed = sim.pull_lost = sim.hurt = sim.delayed =
        sim.noblock_full = false;
    sim.current = LAUNCHER;
    sim.runnable = 1u << LAUNCHER;
    for (int slot = VM; slot < NUM_SLOTS; slot++) {
        struct proc *p = &sim.procs[slot];
        p->state = PROC_NONE;
        p->id = 0;
        memset(p->fds, 0, sizeof(p->fds));
        memset(p->maps, 0, sizeof(p->maps));
        p->last_peer = VM + 1;
        p->stopped_until = 0;
        p->wake_ns = NEVER;
    }
    sched_reset();
    files_reset();
    oracle_init();
    choose_conditions();
    if (sim.pair)
        sim.ops_left *= 4;
    launcher_init();
}

bool seed_run(uint64_t seed, unsigned ops, bool trace)
{
    if (!_setjmp(sim_abandoned)) {
        reset(seed, ops, trace);
        sched_run();
    }
    counts.seeds++;
    counts.steps += sim.steps;
    sim_note(sim.now_ns);
    return !sim.failed;
}
