// The scheduler: coroutines, simulated time, and faults that are made on purpose.
#include <string.h>
#include <ucontext.h>
#include "sim.h"

#define MAX_STEPS 1000000 // far more than any seed that ends takes

#define MAX_VM_TICKS 12 // in a row, while nothing else happens

static jmp_buf scheduler;
static unsigned vm_ticks; // how often time was advanced since anything happened
static uint64_t vm_ticks_at;
static int countdown; // points until the next switch
static ucontext_t main_context;
static int being_made;

// --- Coroutines ---------------------------------------------------------------------------------

// The first frame of each task's stack. It never returns, so every task that starts in the slot can
// begin here again.
static void bottom(void)
{
    struct proc *p = &sim.procs[being_made];
    static ucontext_t unused;
    if (!_setjmp(p->base))
        swapcontext(&unused, &main_context);
    p = &sim.procs[sim.current];
    p->api->start();
    if (p->slot == VM)
        p->api->vm_main();
    else
        program_run(p);
    proc_kill(p);
    sched_leave();
}

extern const struct sim_api sim_api_1, sim_api_2, sim_api_3, sim_api_4, sim_api_5, sim_api_6,
    sim_api_7;

void sched_reset(void)
{
    vm_ticks = 0;
    vm_ticks_at = sim.progress = 0;
}

void sched_init(void)
{
    static const struct sim_api *const apis[NUM_SLOTS] = {
        NULL, &sim_api_1, &sim_api_2, &sim_api_3, &sim_api_4, &sim_api_5, &sim_api_6, &sim_api_7};
    for (int slot = VM; slot < NUM_SLOTS; slot++) {
        static ucontext_t context;
        sim.procs[slot].slot = slot;
        sim.procs[slot].api = apis[slot];
        getcontext(&context);
        context.uc_stack.ss_sp = memory_stack(slot, &context.uc_stack.ss_size);
        context.uc_link = NULL;
        makecontext(&context, bottom, 0);
        being_made = slot;
        swapcontext(&main_context, &context);
    }
}

static void leave(struct proc *p)
{
    if (!_setjmp(p->context))
        _longjmp(scheduler, 1);
}

void sched_leave(void)
{
    _longjmp(scheduler, 1);
}

void sched_start(struct proc *p)
{
    memcpy(&p->context, &p->base, sizeof(p->context));
    p->num_doorbells = p->regions_mapped = 0;
    p->wake_ns = NEVER;
    sim.runnable |= 1u << p->slot;
}

static void switch_now(void)
{
    struct proc *p = sched_self();
    leave(p);
}

// Called at each system call and each access to shared state.
void sim_point(void)
{
    if (sim.current != LAUNCHER && --countdown <= 0)
        switch_now();
}

void sched_block(struct file *waits_for, bool for_room, uint64_t wake_ns)
{
    struct proc *p = sched_self();
    p->waits_for = waits_for;
    p->waits_for_room = for_room;
    p->wake_ns = wake_ns;
    sim.runnable &= ~(1u << p->slot);
    leave(p);
    p->wake_ns = NEVER;
}

void sched_ring(uintptr_t doorbell)
{
    for (int slot = VM; slot < NUM_SLOTS; slot++) {
        struct proc *p = &sim.procs[slot];
        for (unsigned i = 0; i < p->num_doorbells; i++) {
            if (p->doorbells[i] == doorbell)
                sched_wake(p);
        }
    }
}

void sched_wake(struct proc *p)
{
    if (p->state == PROC_ALIVE)
        sim.runnable |= 1u << p->slot;
}

// --- What goes wrong ----------------------------------------------------------------------------

static struct proc *random_task(void)
{
    struct proc *p = &sim.procs[VM + 1 + sim_below(NUM_SLOTS - 2)];
    return p->state == PROC_ALIVE ? p : NULL;
}

static void stop_somebody(void)
{
    int slot = VM + (int)sim_below(NUM_SLOTS - 1);
    struct proc *p = &sim.procs[slot];
    if (p->state != PROC_ALIVE)
        return;
    uint64_t ns = sim_once_in(2) ? sim_below(400) * NS_PER_MS : sim_below(2000) * 1000ull;
    p->stopped_until = sim.now_ns + ns;
    sim.delayed |= ns > 20 * NS_PER_MS;
    counts.stops++;
    TRACE_SIM("-- task %d is stopped for %llu us", p->id, (unsigned long long)ns / 1000);
}

static void interrupt_somebody(void)
{
    struct proc *p = &sim.procs[VM + (int)sim_below(NUM_SLOTS - 1)];
    if (p->state != PROC_ALIVE || (sim.runnable & 1u << p->slot))
        return;
    p->interrupted = true;
    counts.interrupts++;
    sched_wake(p);
}

// vm or the launcher ends: fail-stop.
static void end_all(void)
{
    counts.fail_stops++;
    sim.over = true;
    TRACE_SIM("-- vm or the launcher ends");
    if (sim_once_in(2))
        proc_kill(&sim.procs[VM]); // the launcher kills the others when it sees this
    else
        launcher_vanish();
}

static void injure(void)
{
    if (sim.doomed && sim_once_in(4)) {
        struct proc *p = &sim.procs[VM + sim_below(NUM_SLOTS - 1)];
        if (p->state == PROC_ALIVE)
            proc_kill(p);
    }
    if (sim.ops_left == 0)
        return;
    if (sim.fail_stop_at && sim.steps >= sim.fail_stop_at && !sim.over)
        end_all();
    if (sim.crash_rate && sim_once_in(sim.crash_rate)) {
        struct proc *p = random_task();
        if (p) {
            counts.crashes++;
            TRACE_SIM("-- task %d is killed", p->id);
            proc_kill(p);
        }
    }
    if (sim.stop_rate && sim_once_in(sim.stop_rate))
        stop_somebody();
    if (sim.interrupt_rate && sim_once_in(sim.interrupt_rate))
        interrupt_somebody();
}

// --- The loop -----------------------------------------------------------------------------------

// Returns the processes that may run now, as bits. Stopped ones are not among them.
static uint32_t candidates(void)
{
    uint32_t mask = sim.runnable;
    for (int slot = VM; slot < NUM_SLOTS; slot++) {
        struct proc *p = &sim.procs[slot];
        if (p->wake_ns <= sim.now_ns && p->state == PROC_ALIVE)
            mask |= 1u << slot;
        if (p->stopped_until > sim.now_ns && p->state == PROC_ALIVE)
            mask &= ~(1u << slot);
    }
    return mask;
}

// Called when no process can run: advances the time to when one can. Returns false if none ever
// can, or only vm, which looks every 100 ms at a reservation of a receiver that waits for something
// else.
static bool pass_time(void)
{
    vm_ticks = sim.progress == vm_ticks_at ? vm_ticks : 0;
    vm_ticks_at = sim.progress;
    bool stale = vm_ticks >= MAX_VM_TICKS;
    uint64_t next = launcher_deadline();
    for (int slot = VM; slot < NUM_SLOTS; slot++) {
        const struct proc *p = &sim.procs[slot];
        if (p->state != PROC_ALIVE || (slot == VM && stale && p->stopped_until <= sim.now_ns))
            continue;
        uint64_t at = sim.runnable & 1u << slot ? 0 : p->wake_ns;
        at = MAX(at, p->stopped_until > sim.now_ns ? p->stopped_until : 0);
        next = MIN(next, at);
    }
    if (next == NEVER)
        return false;
    vm_ticks++;
    sim.now_ns = MAX(sim.now_ns, next);
    if (launcher_deadline() <= sim.now_ns)
        sim.runnable |= 1u << LAUNCHER;
    return true;
}

// Kills one task. Called when all must end and none can run.
static bool doom_one(void)
{
    for (int slot = VM; slot < NUM_SLOTS; slot++) {
        if (sim.procs[slot].state == PROC_ALIVE) {
            proc_kill(&sim.procs[slot]);
            return true;
        }
    }
    return false;
}

static int choose(uint32_t mask)
{
    uint32_t n = sim_below((uint32_t)__builtin_popcount(mask));
    while (n-- > 0)
        mask &= mask - 1;
    return __builtin_ctz(mask);
}

static void resume(struct proc *p)
{
    sim.runnable |= 1u << p->slot;
    countdown = sim.quantum > 1 ? 1 + (int)sim_below(2 * sim.quantum) : 1;
    sim.current = p->slot;
    if (!_setjmp(scheduler))
        _longjmp(p->context, 1);
    sim.current = LAUNCHER;
    counts.switches++;
}

static void run_one(uint32_t mask)
{
    int slot = choose(mask);
    sim_note((uint64_t)slot << 32 | (uint32_t)sim.now_ns);
    struct proc *p = &sim.procs[slot];
    if (slot == LAUNCHER) {
        if (!launcher_step())
            sim.runnable &= ~(1u << LAUNCHER);
    } else if (p->state == PROC_ENDING) {
        if (!proc_end_step(p))
            sim.runnable &= ~(1u << slot);
    } else {
        resume(p);
    }
}

void sched_meanwhile(void)
{
    while (sim_once_in(2)) {
        uint32_t mask = candidates() & ~(1u << LAUNCHER);
        if (!mask)
            return;
        sim.now_ns += 1 + sim_below(sim.step_ns);
        run_one(mask);
    }
}

void sched_run(void)
{
    for (;;) {
        if (++sim.steps > MAX_STEPS)
            sim_violation("it goes on for ever");
        sim.now_ns += 1 + sim_below(sim.step_ns);
        injure();
        uint32_t mask = candidates();
        if (!mask) {
            if (sim.doomed ? doom_one() : pass_time())
                continue;
            if (!quiet())
                return;
            vm_ticks = 0;
            continue;
        }
        run_one(mask);
    }
}

// --- Tasks --------------------------------------------------------------------------------------

struct proc *proc_find(task_t id)
{
    if (id <= 0 || TASK_SLOT(id) >= NUM_SLOTS)
        return NULL;
    struct proc *p = &sim.procs[TASK_SLOT(id)];
    return p->state != PROC_NONE && p->id == id ? p : NULL;
}

bool proc_is_alive(task_t id)
{
    struct proc *p = proc_find(id);
    return p && p->state == PROC_ALIVE;
}

// The memory goes at once; descriptors are closed one by one while others run.
void proc_kill(struct proc *p)
{
    if (p->state != PROC_ALIVE)
        return;
    p->state = PROC_ENDING;
    for (size_t i = 0; i < sizeof(p->maps) / sizeof(p->maps[0]); i++) {
        if (p->maps[i])
            page_unmap(p->maps[i]);
        p->maps[i] = NULL;
    }
    oracle_task_ended(p);
    sim.runnable |= 1u << p->slot;
}

bool proc_end_step(struct proc *p)
{
    for (int fd = 0; fd < NUM_FDS; fd++) {
        struct file *file = p->fds[fd];
        if (!file)
            continue;
        p->fds[fd] = NULL;
        file->owner = -1;
        file->watched = false;
        file_unref(file);
        return true;
    }
    p->state = PROC_ZOMBIE;
    sim.runnable |= 1u << LAUNCHER;
    return false;
}
