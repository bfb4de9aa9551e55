// Whether open receives are fair: no ready sender is overtaken twice by the same other sender.
#include <string.h>
#include "oracle.h"

#define NOTES 0 // used like a slot: all notifications count as one sender

// For each receiver, by the slot of the ready sender.
static struct turn {
    bool ready;                 // when the current receive began
    uint32_t message;           // the message that makes the sender ready
    unsigned passed[NUM_SLOTS]; // how often each other was served since
} turns[NUM_SLOTS][NUM_SLOTS];

void turns_forget(int slot)
{
    memset(turns[slot], 0, sizeof(turns[slot]));
    for (int other = 0; other < NUM_SLOTS; other++) {
        turns[other][slot] = (struct turn){0};
        for (int passer = 0; passer < NUM_SLOTS; passer++)
            turns[other][passer].passed[slot] = 0;
    }
}

// The message that `src` has put into its channel to `p`; 0: none. A channel that the launcher has
// not sent to `p` yet is none.
static uint32_t message_for(const struct proc *p, const struct proc *src)
{
    if (src == p || src->state != PROC_ALIVE || (src->op != OP_SEND && src->op != OP_CALL))
        return 0;
    const struct record *r = record_of(src->op_message);
    bool sent = atomic_load(&launcher_page(src->slot)->num_sent) != src->sent_before;
    // vm may have refused a message with a payload at its turn, and its sender may not know yet.
    bool refused = r->fails || (r->num > 0 && (sim.shm != 2 || sim.hurt));
    return sent && !refused && r->dst == p->id && !r->delivered && launcher_has_sent(p->id, src->id)
               ? r->id
               : 0;
}

void turns_begin(const struct proc *p)
{
    for (int slot = 0; slot < NUM_SLOTS; slot++) {
        struct turn *turn = &turns[p->slot][slot];
        uint32_t message = slot > VM ? message_for(p, &sim.procs[slot]) : 0;
        turn->ready = slot == NOTES ? notification_is_due(p) : message != 0;
        if (!turn->ready || message != turn->message)
            memset(turn->passed, 0, sizeof(turn->passed));
        turn->message = message;
    }
}

void turns_served(const struct proc *p, task_t src)
{
    int served = src == KERNEL_TASK ? NOTES : TASK_SLOT(src);
    memset(turns[p->slot][served].passed, 0, sizeof(turns[0][0].passed));
    if (sim.shm != 2 && sim.batch < 64)
        return; // one look does not show all channels that are ready
    if (served != NOTES && sim.procs[served].id != src)
        return; // a notification left by the slot's previous task
    for (int slot = 0; slot < NUM_SLOTS; slot++) {
        struct turn *turn = &turns[p->slot][slot];
        if (slot == served || !turn->ready)
            continue;
        // The notification of a task that has ended comes with the end of its channel, one look
        // later.
        if (++turn->passed[served] > (slot == NOTES ? 3 : 1))
            sim_violation("at task %d, slot %d is passed over by slot %d for the %u. time", p->id,
                          slot, served, turn->passed[served]);
    }
}
