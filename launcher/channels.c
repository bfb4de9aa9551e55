// See channels.h.
#include "channels.h"
#include <stdlib.h>
#include <string.h>
#include "util.h"

void channels_init(struct channels *c, const struct channel_env *env)
{
    c->env = *env;
}

static uint8_t *half(struct channels *c, task_t owner, task_t peer)
{
    return &c->halves[TASK_SLOT(owner)][TASK_SLOT(peer)];
}

task_t channels_add(struct channels *c)
{
    for (int i = 1; i <= CONFIG_NUM_TASKS; i++) {
        int slot = (c->last_slot + i) % CONFIG_NUM_TASKS;
        struct endpoint *e = &c->endpoints[slot];
        // vm's slot is used once. A slot without generations left is never used again.
        if (slot == 0 || e->state != ENDPOINT_FREE || (slot == VM_TASK && e->next_gen > 0) ||
            e->next_gen > TASK_MAX_GEN)
            continue;
        c->last_slot = slot;
        e->id = TASK_MAKE(e->next_gen, slot);
        e->next_gen++;
        e->state = ENDPOINT_STARTING;
        return e->id;
    }
    return ERR_NO_MEMORY;
}

struct endpoint *channels_find(struct channels *c, task_t task)
{
    if (task <= 0 || TASK_SLOT(task) >= CONFIG_NUM_TASKS)
        return NULL;
    struct endpoint *e = &c->endpoints[TASK_SLOT(task)];
    bool alive = e->state == ENDPOINT_STARTING || e->state == ENDPOINT_READY;
    return alive && e->id == task ? e : NULL;
}

uint32_t channels_number(struct channels *c)
{
    return ++c->last_chan;
}

static void close_all(struct channels *c, const int *fds, unsigned num_fds)
{
    for (unsigned i = 0; i < num_fds; i++)
        c->env.close_fd(c->env.ctx, fds[i]);
}

void channels_push(struct channels *c, task_t task, const struct packet *packet, const int *fds,
                   unsigned num_fds)
{
    struct endpoint *e = channels_find(c, task);
    if (!e) {
        close_all(c, fds, num_fds);
        return;
    }
    struct outgoing *out = xcalloc(1, sizeof(*out));
    out->packet = *packet;
    if (num_fds)
        memcpy(out->fds, fds, num_fds * sizeof(*fds));
    out->num_fds = num_fds;
    if (e->head)
        e->tail->next = out;
    else
        e->head = out;
    e->tail = out;
    e->num_queued++;
}

void channels_answer(struct channels *c, task_t task, enum control_op op, task_t about,
                     error_t error)
{
    struct packet packet = {.type = CTL_ANSWER, .word = wire_word(WIRE_CONTROL, 0, 0)};
    packet.answer = (struct control_answer){op, about, error};
    channels_push(c, task, &packet, NULL, 0);
}

static bool is_grant(const struct outgoing *out)
{
    return out->packet.type == CTL_GRANT && wire_kind(out->packet.word) == WIRE_CONTROL;
}

struct outgoing *channels_next(struct channels *c, task_t task)
{
    struct endpoint *e = channels_find(c, task);
    if (!e || !e->head || (is_grant(e->head) && e->unacked))
        return NULL;
    return e->head;
}

static struct outgoing *take_head(struct endpoint *e)
{
    struct outgoing *out = e->head;
    e->head = out->next;
    e->num_queued--;
    return out;
}

void channels_sent(struct channels *c, task_t task)
{
    struct endpoint *e = channels_find(c, task);
    struct outgoing *out = take_head(e);
    if (is_grant(out)) {
        e->unacked = out->packet.grant.task;
        // The peer may have ended since, and its slot may be free or another task's.
        if (channels_find(c, e->unacked))
            *half(c, task, e->unacked) = HALF_SENT;
    }
    close_all(c, out->fds, out->num_fds);
    free(out);
}

// Whether a task may get channels: it is under its filters, and vm knows it. With an earlier
// channel, a peer could send it a payload before vm has heard of the task.
static bool is_reachable(struct channels *c, task_t task)
{
    return channels_find(c, task)->state == ENDPOINT_READY &&
           (task == VM_TASK || *half(c, VM_TASK, task) == HALF_TAKEN);
}

static void queue_grant(struct channels *c, task_t task, task_t peer, uint32_t chan,
                        uint32_t ring_size, const int *fds, unsigned num_fds)
{
    struct packet packet = {.type = CTL_GRANT, .word = wire_word(WIRE_CONTROL, 0, 0)};
    packet.grant.task = peer;
    packet.grant.chan = chan;
    packet.grant.ring_size = ring_size;
    c->env.describe(c->env.ctx, task, peer, &packet.grant);
    *half(c, task, peer) = HALF_QUEUED;
    channels_push(c, task, &packet, fds, num_fds);
}

bool channels_grant_vm(struct channels *c, task_t task, uint32_t chan, int fd, int landing_fd)
{
    int fds[GRANT_NUM_FDS_TO_VM] = {
        [GRANT_FD_SOCKET] = fd,
        [GRANT_FD_PAGE] = c->env.open_page(c->env.ctx, task),
        [GRANT_FD_LANDING] = landing_fd,
    };
    if (fds[GRANT_FD_PAGE] < 0 || landing_fd < 0) {
        for (int i = 0; i < GRANT_NUM_FDS_TO_VM; i++) {
            if (fds[i] >= 0)
                c->env.close_fd(c->env.ctx, fds[i]);
        }
        return false;
    }
    *half(c, task, VM_TASK) = HALF_TAKEN;
    queue_grant(c, VM_TASK, task, chan, 0, fds, GRANT_NUM_FDS_TO_VM);
    return true;
}

// The descriptors of a channel's two grants, in the order of CTL_GRANT; -1: none.
struct channel_fds {
    int a[GRANT_NUM_FDS_OF_SHM], b[GRANT_NUM_FDS_OF_SHM];
};

static void close_channel(struct channels *c, const struct channel_fds *fds)
{
    for (int i = 0; i < GRANT_NUM_FDS_OF_SHM; i++) {
        if (fds->a[i] >= 0)
            c->env.close_fd(c->env.ctx, fds->a[i]);
        if (fds->b[i] >= 0)
            c->env.close_fd(c->env.ctx, fds->b[i]);
    }
}

static bool make_channel(struct channels *c, task_t a, task_t b, uint32_t ring_size,
                         struct channel_fds *fds)
{
    void *ctx = c->env.ctx;
    int ends[2];
    *fds = (struct channel_fds){{-1, -1, -1, -1}, {-1, -1, -1, -1}};
    if (!c->env.make_pair(ctx, ends))
        return false;
    fds->a[GRANT_FD_SOCKET] = ends[0];
    fds->b[GRANT_FD_SOCKET] = ends[1];
    fds->a[GRANT_FD_PAGE] = c->env.open_page(ctx, b);
    fds->b[GRANT_FD_PAGE] = c->env.open_page(ctx, a);
    if (fds->a[GRANT_FD_PAGE] < 0 || fds->b[GRANT_FD_PAGE] < 0)
        return false;
    return !ring_size || (c->env.make_region(ctx, ring_size, &fds->a[GRANT_FD_OWN_REGION],
                                             &fds->b[GRANT_FD_PEERS_REGION]) &&
                          c->env.make_region(ctx, ring_size, &fds->b[GRANT_FD_OWN_REGION],
                                             &fds->a[GRANT_FD_PEERS_REGION]));
}

// Makes the channel of two tasks that may both get it.
static error_t grant_both(struct channels *c, task_t a, task_t b)
{
    struct channel_fds fds;
    uint32_t ring_size = c->env.ring_size(c->env.ctx, a, b);
    if (!make_channel(c, a, b, ring_size, &fds)) {
        close_channel(c, &fds);
        return ERR_NO_MEMORY;
    }
    uint32_t chan = channels_number(c);
    // Only socket channels use vm for payloads; vm must refuse to place any for the others.
    if (!ring_size)
        c->env.allow(c->env.ctx, a, b);
    unsigned num_fds = ring_size ? GRANT_NUM_FDS_OF_SHM : GRANT_NUM_FDS;
    queue_grant(c, a, b, chan, ring_size, fds.a, num_fds);
    queue_grant(c, b, a, chan, ring_size, fds.b, num_fds);
    return OK;
}

// Whether `task` may ask for a channel to `peer`.
static error_t check_connect(struct channels *c, task_t task, task_t peer)
{
    if (peer == task)
        return ERR_INVALID_ARG;
    if (!channels_find(c, peer))
        return ERR_INVALID_TASK;
    if (*half(c, task, peer) == HALF_TAKEN)
        return ERR_ABORTED;
    if (!c->env.may_talk(c->env.ctx, task, peer))
        return ERR_NOT_PERMITTED;
    return OK;
}

void channels_connect(struct channels *c, task_t task, task_t peer)
{
    error_t err = check_connect(c, task, peer);
    if (err == OK && *half(c, task, peer) != HALF_NONE)
        return;
    if (err == OK && (!is_reachable(c, task) || !is_reachable(c, peer)))
        *half(c, task, peer) = HALF_ASKED;
    else if (err == OK)
        err = grant_both(c, task, peer);
    if (err != OK)
        channels_answer(c, task, CTL_CONNECT, peer, err);
}

// Makes the channel of `a` and `b` if one has asked for it and both may get it now.
static void grant_asked(struct channels *c, task_t a, task_t b)
{
    bool by_a = *half(c, a, b) == HALF_ASKED, by_b = *half(c, b, a) == HALF_ASKED;
    if ((!by_a && !by_b) || !is_reachable(c, a) || !is_reachable(c, b))
        return;
    *half(c, a, b) = *half(c, b, a) = HALF_NONE;
    error_t err = grant_both(c, a, b);
    if (err != OK && by_a)
        channels_answer(c, a, CTL_CONNECT, b, err);
    if (err != OK && by_b)
        channels_answer(c, b, CTL_CONNECT, a, err);
}

static void grant_all_asked(struct channels *c, task_t task)
{
    for (int slot = 1; slot < CONFIG_NUM_TASKS; slot++) {
        task_t peer = c->endpoints[slot].id;
        if (peer != task && channels_find(c, peer))
            grant_asked(c, task, peer);
    }
}

void channels_ready(struct channels *c, task_t task)
{
    channels_find(c, task)->state = ENDPOINT_READY;
    grant_all_asked(c, task);
}

bool channels_ack(struct channels *c, task_t task, task_t peer)
{
    struct endpoint *e = channels_find(c, task);
    if (!e || !e->unacked || e->unacked != peer)
        return false;
    e->unacked = 0;
    if (channels_find(c, peer)) {
        *half(c, task, peer) = HALF_TAKEN;
        if (task == VM_TASK)
            grant_all_asked(c, peer);
    }
    return true;
}

static void drop_queue(struct channels *c, struct endpoint *e)
{
    while (e->head) {
        struct outgoing *out = take_head(e);
        close_all(c, out->fds, out->num_fds);
        free(out);
    }
    e->unacked = 0;
    e->state = ENDPOINT_ENDED;
}

static void drop_halves(struct channels *c, task_t task)
{
    int own = TASK_SLOT(task);
    for (int slot = 0; slot < CONFIG_NUM_TASKS; slot++) {
        // Grants of channels to this task stay in the others' queues; they find an ended channel.
        if (c->halves[slot][own] == HALF_ASKED)
            channels_answer(c, c->endpoints[slot].id, CTL_CONNECT, task, ERR_ABORTED);
        c->halves[slot][own] = HALF_NONE;
        c->halves[own][slot] = HALF_NONE;
    }
}

void channels_ended(struct channels *c, task_t task, const struct packet *note)
{
    c->env.mark_ended(c->env.ctx, task);
    drop_queue(c, channels_find(c, task));
    drop_halves(c, task);
    // Last: a waiting task is woken only once, and must then see that this task has ended. It sees
    // the mark, or the end of a socket. The other end of that socket may have been in the queue.
    c->env.wake_waiters(c->env.ctx, task);
    if (note)
        channels_push(c, VM_TASK, note, NULL, 0);
}

void channels_free(struct channels *c, task_t task)
{
    struct endpoint *e = &c->endpoints[TASK_SLOT(task)];
    if (e->id != task || e->state != ENDPOINT_ENDED)
        return;
    e->state = ENDPOINT_FREE;
    c->env.revoke(c->env.ctx, task);
}
