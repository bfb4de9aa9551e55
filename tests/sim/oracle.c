// The oracle's records of notifications, asynchronous messages and names, and of each task's wait.
#include <string.h>
#include "oracle.h"

#define MAX_ASYNC 16

static struct {
    unsigned sent[8], seen[8];
    uint64_t owed_since[8]; // the step in which the last completed ipc_notify() began
    uint64_t seen_at[8];
} notes[NUM_SLOTS];

static unsigned early[NUM_SLOTS][8]; // sent to a task that had not started yet

static struct {
    uint32_t ids[MAX_ASYNC];
    unsigned len;
} queues[NUM_SLOTS][NUM_SLOTS]; // [from][to]

static task_t servers[NUM_NAMES];

void messages_init(void);

void oracle_init(void)
{
    messages_init();
    memset(notes, 0, sizeof(notes));
    memset(early, 0, sizeof(early));
    memset(queues, 0, sizeof(queues));
    memset(servers, 0, sizeof(servers));
}

void oracle_task_started(struct proc *p)
{
    memset(&notes[p->slot], 0, sizeof(notes[0]));
    memcpy(notes[p->slot].sent, early[p->slot], sizeof(early[0]));
    for (int slot = 0; slot < NUM_SLOTS; slot++)
        queues[p->slot][slot].len = queues[slot][p->slot].len = 0;
    turns_forget(p->slot);
    p->op = OP_START;
    p->op_message = 0;
    p->draining = p->exiting = p->interrupted = false;
    p->num_held = p->kept = 0;
    memset(p->asked, 0, sizeof(p->asked));
    p->timer_ns = p->stopped_until = 0;
}

void oracle_task_ended(struct proc *p)
{
    // Other tasks forget the messages queued for this task only when they need another queue.
    for (int slot = VM + 1; slot < NUM_SLOTS; slot++)
        sim.procs[slot].kept += 1 + queues[slot][p->slot].len * (1 + MSG_MAX_PAYLOADS);
    for (unsigned i = 0; i < NUM_NAMES; i++) {
        if (servers[i] == p->id)
            servers[i] = 0;
    }
}

// --- Notifications ------------------------------------------------------------------------------

void notify_begins(task_t dst, notifications_t bits)
{
    counts.notifications++;
    unsigned *sent = proc_is_alive(dst) ? notes[TASK_SLOT(dst)].sent : early[TASK_SLOT(dst)];
    for (unsigned b = 0; b < 8; b++)
        sent[b] += bits >> b & 1;
}

void notify_returned(struct proc *p, task_t dst, notifications_t bits, uint64_t began, error_t err)
{
    TRACE_SIM("notifies %d of %#x: %d", dst, bits, err);
    if (IS_ERROR(err)) {
        if (!sim.over && began && proc_is_alive(dst))
            sim_violation("task %d notifies %d: %d", p->id, dst, err);
        return;
    }
    for (unsigned b = 0; b < 8 && proc_is_alive(dst); b++) {
        if (bits >> b & 1)
            notes[TASK_SLOT(dst)].owed_since[b] = began;
    }
}

void notified(struct proc *p, notifications_t bits)
{
    TRACE_SIM("is notified of %#x", bits);
    for (unsigned b = 0; b < 8; b++) {
        if (!(bits >> b & 1))
            continue;
        if (1 << b == NOTIFY_TIMER) {
            if (!p->timer_ns || p->timer_ns > sim.now_ns)
                sim_violation("the timer of task %d fires and is not due", p->id);
            p->timer_ns = 0;
            continue;
        }
        notes[p->slot].seen_at[b] = sim.steps;
        if (++notes[p->slot].seen[b] > notes[p->slot].sent[b] && 1 << b != NOTIFY_ASYNC)
            sim_violation("task %d is notified of %#x, which nobody did", p->id, 1 << b);
    }
}

bool notification_is_due(const struct proc *p)
{
    bool due = false;
    for (unsigned b = 0; b < 8; b++)
        due = due || notes[p->slot].owed_since[b] > notes[p->slot].seen_at[b];
    return due && !launcher_owes(p->id);
}

// Checks that a task in an open receive has seen all its notifications when no task can run.
void notifications_check(const struct proc *p)
{
    for (unsigned b = 0; b < 8; b++) {
        if (notes[p->slot].owed_since[b] > notes[p->slot].seen_at[b])
            sim_violation("task %d does not see its notification %#x", p->id, 1 << b);
    }
    if (p->timer_ns)
        sim_violation("the timer of task %d does not fire", p->id);
}

// --- Asynchronous messages ----------------------------------------------------------------------

void async_refused(const struct proc *src, task_t dst)
{
    if (proc_is_alive(dst) && queues[src->slot][TASK_SLOT(dst)].len > 0)
        queues[src->slot][TASK_SLOT(dst)].len--;
}

bool async_has_room(const struct proc *src, task_t dst)
{
    return queues[src->slot][TASK_SLOT(dst)].len < MAX_ASYNC;
}

void async_queued(const struct proc *src, struct record *r)
{
    if (!proc_is_alive(r->dst)) {
        // A task with that id may start later and get the message. The oracle then does not know
        // which message is first.
        const struct proc *now = &sim.procs[TASK_SLOT(r->dst)];
        sim.pull_lost = sim.pull_lost || now->state == PROC_NONE || now->id < r->dst;
        return;
    }
    int to = TASK_SLOT(r->dst);
    queues[src->slot][to].ids[queues[src->slot][to].len++] = r->id;
}

uint32_t async_first(task_t src, task_t dst)
{
    if (!proc_is_alive(src) || !proc_is_alive(dst))
        return 0;
    int from = TASK_SLOT(src), to = TASK_SLOT(dst);
    return queues[from][to].len ? queues[from][to].ids[0] : 0;
}

static void drop_first(int from, int to)
{
    uint32_t *ids = queues[from][to].ids;
    memmove(ids, ids + 1, --queues[from][to].len * sizeof(*ids));
}

void async_pulled(struct proc *p, task_t src, bool was_dead, uint32_t first, error_t err,
                  struct message *m)
{
    TRACE_SIM("pulls from %d: %d", src, err);
    if (err == ERR_TRY_AGAIN || err == ERR_NOT_FOUND) {
        counts.excused++;
        sim.pull_lost = true;
    }
    bool may_lose = sim.hurt || sim.pull_lost;
    if (IS_OK(err)) {
        const struct record *r = message_received(p, m);
        if (r->kind != KIND_ASYNC)
            sim_violation("task %d pulls message %u, which is not async", p->id, r->id);
        if (!proc_is_alive(src))
            return;
        while (may_lose && async_first(src, p->id) && async_first(src, p->id) != r->id)
            drop_first(TASK_SLOT(src), p->slot);
        if (may_lose && !async_first(src, p->id))
            return;
        if (async_first(src, p->id) != r->id)
            sim_violation("task %d pulls message %u instead of %u", p->id, r->id,
                          async_first(src, p->id));
        drop_first(TASK_SLOT(src), p->slot);
        return;
    }
    if (sim.over || (src == p->id && err == ERR_INVALID_ARG))
        return;
    switch (err) {
    case ERR_EMPTY:
        if (first && first == async_first(src, p->id) && !may_lose)
            sim_violation("task %d pulls nothing, and message %u is there", p->id, first);
        if (first && first == async_first(src, p->id))
            drop_first(TASK_SLOT(src), p->slot);
        break;
    case ERR_TIMEOUT:
    case ERR_TRY_AGAIN:
        break;
    case ERR_ABORTED:
    case ERR_INVALID_TASK:
        if (!was_dead && proc_is_alive(src) && !sim.hurt)
            sim_violation("task %d pulls from %d: %d", p->id, src, err);
        break;
    default:
        if (!may_lose)
            sim_violation("task %d pulls from %d: %d", p->id, src, err);
    }
}

bool asyncs_left(const struct proc *p)
{
    for (int slot = VM + 1; slot < NUM_SLOTS; slot++) {
        const struct proc *src = &sim.procs[slot];
        if (src->state == PROC_ALIVE && queues[slot][p->slot].len > 0 && !sim.hurt &&
            !sim.pull_lost)
            return true;
    }
    return false;
}

// --- Names --------------------------------------------------------------------------------------

task_t name_server(unsigned name)
{
    return servers[name];
}

void name_served(struct proc *p, unsigned name, error_t err)
{
    if (err == OK && servers[name] && servers[name] != p->id)
        sim_violation("tasks %d and %d serve the same name", servers[name], p->id);
    if (err == OK)
        servers[name] = p->id;
    else if (err != ERR_ALREADY_EXISTS && !sim.hurt && !sim.over)
        sim_violation("task %d serves a name: %d", p->id, err);
}

void name_found(struct proc *p, unsigned name, task_t found)
{
    TRACE_SIM("looks up %u: %d", name, found);
    if (found < 0 && found != ERR_TIMEOUT && !sim.hurt && !sim.over)
        sim_violation("task %d looks up a name: %d", p->id, found);
    if (found <= 0 || found == servers[name] || !proc_is_alive(found))
        return;
    // vm may have registered the name for the server whose call has not returned yet.
    const struct proc *server = proc_find(found);
    if (server->op != OP_VM || server->op_message != name + 1)
        sim_violation("task %d finds %d instead of %d", p->id, found, servers[name]);
}
