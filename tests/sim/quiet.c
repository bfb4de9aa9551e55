// Runs when no task can go on. Checks that each wait has a reason in the programs, then chooses the
// next event.
//
// If tasks wait for each other in a cycle, the programs are at fault: one of the tasks is killed,
// and the others must be told. Any other wait means that libipc, vm or the launcher failed to
// deliver something.
#include "channels.h"
#include "oracle.h"
#include "state.h"

static void stuck(const struct proc *p, const char *why)
{
    sim_violation("task %d hangs in op %d with %d, message %u: %s", p->id, p->op, p->op_peer,
                  p->op_message, why);
}

// Whether `p` would take a message of `from` now.
static bool listens(const struct proc *p, const struct proc *from)
{
    if (p->op == OP_RECV_ANY)
        return true;
    if (p->op_peer != from->id)
        return false;
    if (p->op == OP_RECV_FROM)
        return true;
    const struct record *call = p->op == OP_CALL ? record_of(p->op_message) : NULL;
    return call && call->delivered;
}

static void explain_send(const struct proc *p, const struct record *r)
{
    const struct proc *peer = proc_find(r->dst);
    if (!peer || peer->state != PROC_ALIVE)
        stuck(p, "its peer is dead");
    if (r->delivered && r->kind == KIND_SEND)
        stuck(p, "its message was taken");
    if (!r->delivered && listens(peer, p))
        stuck(p, "its peer waits for it");
    const struct record *answer = record_of(r->answer);
    if (r->delivered && answer && answer->done)
        stuck(p, "it was answered");
}

static void explain_closed(const struct proc *p)
{
    const struct proc *peer = proc_find(p->op_peer);
    if (!peer || peer->state != PROC_ALIVE)
        stuck(p, "its peer is dead");
    const struct record *r = record_of(peer->op_message);
    if ((peer->op == OP_SEND || peer->op == OP_CALL) && r->dst == p->id && !r->delivered)
        stuck(p, "its peer sends to it");
    for (uint32_t id = 1; id < records_end(); id++) {
        r = record_of(id);
        if (r->kind == KIND_NOBLOCK && r->src == peer->id && r->dst == p->id && r->done &&
            r->result == OK && !r->delivered && !r->fails && !(sim.delayed && r->num > 0))
            stuck(p, "its peer has sent to it");
    }
}

static void explain(const struct proc *p)
{
    switch (p->op) {
    case OP_RECV_ANY:
        notifications_check(p);
        break; // the check of each task that sends to it covers this wait
    case OP_RECV_FROM:
        explain_closed(p);
        break;
    case OP_SEND:
    case OP_CALL:
        explain_send(p, record_of(p->op_message));
        break;
    case OP_LOOKUP:
        if (name_server(p->op_message))
            stuck(p, "the name is served");
        break;
    default:
        stuck(p, "it should not wait");
    }
}

// --- The end ------------------------------------------------------------------------------------

static void check_landing(const struct vm_task *task, unsigned k)
{
    const struct vm_landing *landing = &task->landing[k];
    const struct state_page *page = launcher_page(TASK_SLOT(task->id));
    const struct proc *src = proc_find(landing->src);
    if (landing->state == LANDING_COPYING)
        sim_violation("a copy for task %d goes on", task->id);
    if (landing->state == LANDING_RESERVED && page->copied_out[k] != landing->id && src &&
        src->state == PROC_ALIVE && !landing->orphan && !sim.delayed && !sim.noblock_full)
        sim_violation("a buffer of task %d is reserved by %d, which is idle", task->id,
                      landing->src);
}

static void check_vm(void)
{
    const struct vm *vm = sim.vm;
    sim.procs[VM].api->vm_check(vm);
    struct vm_stats stats = vm->stats;
    if (stats.requests != stats.answers + stats.dropped)
        sim_violation("vm has %llu requests, %llu answers, %llu dropped",
                      (unsigned long long)stats.requests, (unsigned long long)stats.answers,
                      (unsigned long long)stats.dropped);
    counts.revoked += stats.revoked;
    VM_FOR_EACH(vm, task)
    {
        if (!proc_is_alive(task->id))
            sim_violation("vm knows task %d, which is dead", task->id);
        if (task->wait != VM_NOT_WAITING)
            sim_violation("task %d waits in vm", task->id);
        for (unsigned k = 0; k < OOL_NUM_BUFFERS; k++)
            check_landing(task, k);
    }
}

// Its launcher channel, epoll, and one channel for each living peer.
static void check_task(const struct proc *p)
{
    unsigned fds = 0, alive = 0;
    for (int fd = 0; fd < NUM_FDS; fd++)
        fds += p->fds[fd] != NULL;
    for (int slot = VM; slot < NUM_SLOTS; slot++)
        alive += sim.procs[slot].state == PROC_ALIVE;
    if (fds > 2 + alive - 1)
        sim_violation("task %d has %u descriptors, and %u tasks are alive", p->id, fds, alive);
    // One block for each channel that it still remembers, and the list of its files.
    if (p->slot != VM && memory_live(p->slot) > 4 * NUM_SLOTS + p->kept)
        sim_violation("task %d has %u pieces of memory", p->id, memory_live(p->slot));
}

static void check_end(void)
{
    messages_check();
    launcher_check();
    check_vm();
    for (int slot = VM; slot < NUM_SLOTS; slot++) {
        const struct proc *p = &sim.procs[slot];
        if (p->state == PROC_ALIVE)
            check_task(p);
        else if (p->state != PROC_NONE)
            sim_violation("task %d is not reaped", p->id);
    }
}

// Checks vm and the launcher after all other tasks have ended.
static void check_rest(void)
{
    launcher_check();
    check_vm();
    check_task(&sim.procs[VM]);
    if (files_open() != launcher_rest())
        sim_violation("%u descriptors and pages are left instead of %u", files_open(),
                      launcher_rest());
}

// --- What is next -------------------------------------------------------------------------------

static struct proc *one_of(uint32_t mask)
{
    uint32_t n = sim_below((uint32_t)__builtin_popcount(mask));
    while (n-- > 0)
        mask &= mask - 1;
    return &sim.procs[__builtin_ctz(mask)];
}

static void kill_one(uint32_t mask)
{
    struct proc *p = one_of(mask);
    counts.deadlocks++;
    TRACE_SIM("-- task %d is killed: it waits for ever", p->id);
    proc_kill(p);
}

static bool wake_those(uint32_t mask)
{
    for (int slot = VM + 1; slot < NUM_SLOTS; slot++) {
        if (mask & 1u << slot)
            launcher_poke(sim.procs[slot].id);
    }
    return mask;
}

static bool all_gone(void)
{
    for (int slot = VM; slot < NUM_SLOTS; slot++) {
        if (sim.procs[slot].state == PROC_ALIVE)
            sim_violation("task %d outlives vm or the launcher", sim.procs[slot].id);
    }
    return false;
}

bool quiet(void)
{
    uint32_t idle = 0, waiting = 0, drained = 0, owed = 0;
    if (sim.over)
        return all_gone();
    for (int slot = VM + 1; slot < NUM_SLOTS; slot++) {
        const struct proc *p = &sim.procs[slot];
        if (p->state != PROC_ALIVE)
            continue;
        explain(p);
        *(p->op == OP_RECV_ANY ? &idle : &waiting) |= 1u << slot;
        drained |= p->draining ? 1u << slot : 0;
        owed |= p->op == OP_RECV_ANY && asyncs_left(p) ? 1u << slot : 0;
    }
    if (sim.ops_left > 0 && (idle | waiting)) {
        if (waiting && (!idle || sim_once_in(3)))
            kill_one(waiting);
        else
            launcher_poke(one_of(idle)->id);
        return true;
    }
    sim.ops_left = 0;
    if (wake_those(idle & ~drained))
        return true;
    if (waiting) {
        kill_one(waiting);
        return true;
    }
    if (owed)
        sim_violation("async messages for task %d are left", one_of(owed)->id);
    if (sim.ending) {
        check_rest();
        return false;
    }
    check_end();
    sim.ending = true;
    for (int slot = VM + 1; slot < NUM_SLOTS; slot++)
        proc_kill(&sim.procs[slot]);
    return true;
}
