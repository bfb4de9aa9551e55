// The programs of the simulated tasks. Each makes random calls of the whole interface, until the
// seed's operations are used up. Then it only answers.
#include <string.h>
#include <resea/syscall.h>
#include "oracle.h"

static void begin(struct proc *p, enum op op, task_t peer, uint32_t message)
{
    p->op = op;
    sim.progress++;
    p->op_peer = peer;
    p->op_message = message;
    p->sent_before = atomic_load(&launcher_page(p->slot)->num_sent);
    counts.ops[op]++;
    if (sim.ops_left > 0)
        sim.ops_left--;
    TRACE_SIM("begins op %d with %d, message %u", op, peer, message);
}

static void end(struct proc *p)
{
    p->op = OP_THINK;
    sim.progress++;
    p->op_message = 0;
}

static const struct proc *any_peer(const struct proc *p)
{
    const struct proc *peer = &sim.procs[VM + 1 + sim_below(NUM_SLOTS - 2)];
    // Mostly chooses a higher slot; otherwise most seeds would only deadlock.
    if (peer->slot <= p->slot && !sim_once_in(6))
        peer = &sim.procs[p->slot + 1 < NUM_SLOTS
                              ? p->slot + 1 + (int)sim_below((uint32_t)(NUM_SLOTS - 1 - p->slot))
                              : VM + 1];
    if (peer == p && !sim_once_in(8))
        peer = &sim.procs[p->slot == VM + 1 ? VM + 2 : VM + 1];
    return peer;
}

// If the seed has a hub, most tasks choose the hub, and the hub chooses its last peer again. So the
// same two tasks meet again before their last exchange is over, while other tasks want the hub's
// buffers.
static const struct proc *usual_peer(const struct proc *p)
{
    return &sim.procs[p->slot == sim.hub ? p->last_peer : sim.hub];
}

// Whether the task starts exchanges. If the seed has a pair, the other tasks only answer.
static bool takes_part(const struct proc *p)
{
    return !sim.pair || p->slot == sim.hub || p->slot == sim.pair;
}

static task_t random_peer(struct proc *p)
{
    const struct proc *peer = sim.hub && !sim_once_in(3) ? usual_peer(p) : any_peer(p);
    if (sim.pair && !sim_once_in(50))
        peer = &sim.procs[p->slot == sim.pair ? sim.hub : sim.pair];
    p->last_peer = peer->slot;
    if (peer->id > 0 && sim_once_in(100))
        return TASK_MAKE(TASK_GEN(peer->id) + 1, peer->slot); // no such task has started yet
    return peer->id > 0 ? peer->id : p->id;
}

// --- Answers ------------------------------------------------------------------------------------

static uint32_t held_of(const struct proc *p, task_t caller)
{
    for (unsigned i = 0; i < p->num_held; i++) {
        if (record_of(p->held[i])->src == caller)
            return p->held[i];
    }
    return 0;
}

static void let_go(struct proc *p, uint32_t call)
{
    for (unsigned i = 0; i < p->num_held; i++) {
        if (p->held[i] == call)
            p->held[i--] = p->held[--p->num_held];
    }
}

static void answer(struct proc *p, uint32_t call)
{
    struct message m;
    task_t caller = record_of(call)->src;
    let_go(p, call);
    counts.replies++;
    struct record *r = message_make(p, &m, KIND_REPLY, caller, call);
    begin(p, OP_BRIEF, caller, 0);
    switch (sim_below(6)) {
    case 0: {
        message_unsent(p, r, &m);
        r->done = false;
        r->num = 0;
        r->too_large = false;
        r->type = -(int)(1000 + r->id);
        p->api->reply_err(caller, r->type);
        r->done = r->unsure = true;
        break;
    }
    case 1:
        p->api->reply(caller, &m);
        message_forget(p, r, &m);
        r->unsure = true;
        break;
    default:
        message_sent(p, r, p->api->send_noblock(caller, &m));
        message_forget(p, r, &m);
    }
    end(p);
}

// Answers a pull that was taken before, if there is any.
static void answer_pull(struct proc *p)
{
    for (int slot = VM + 1; slot < NUM_SLOTS; slot++) {
        task_t src = p->asked[slot];
        if (!src)
            continue;
        p->asked[slot] = 0;
        begin(p, OP_BRIEF, src, 0);
        error_t err = p->api->async_reply(src);
        TRACE_SIM("answers the pull of %d: %d", src, err);
        end(p);
        return;
    }
}

// --- Receiving ----------------------------------------------------------------------------------

static void pull(struct proc *p, task_t src)
{
    struct message m;
    // This message must be there, because its async_send() has returned.
    uint32_t first = async_first(src, p->id);
    if (first && !record_of(first)->done)
        first = 0;
    begin(p, OP_PULL, src, 0);
    bool was_dead = !proc_is_alive(src);
    error_t err = p->api->async_recv(src, &m);
    end(p);
    async_pulled(p, src, was_dead, first, err, &m);
}

static void pull_all(struct proc *p)
{
    for (int slot = VM + 1; slot < NUM_SLOTS; slot++) {
        const struct proc *src = &sim.procs[slot];
        if (src != p && async_first(src->id, p->id))
            pull(p, src->id);
    }
}

static void on_kernel(struct proc *p, struct message *m)
{
    if (m->type == POKE_MSG)
        return;
    if (m->type != NOTIFICATIONS_MSG)
        sim_violation("task %d hears %#x from the launcher", p->id, m->type);
    notified(p, m->notifications.data);
    if ((m->notifications.data & NOTIFY_ASYNC) && (p->draining || !sim_once_in(4)))
        pull_all(p);
}

static void on_message(struct proc *p, task_t from, struct message *m)
{
    if (from == IPC_ANY && (m->src != KERNEL_TASK || m->type == NOTIFICATIONS_MSG))
        turns_served(p, m->src);
    if (from != IPC_ANY && m->src != from)
        sim_violation("task %d waits for %d and receives from %d", p->id, from, m->src);
    if (m->src == KERNEL_TASK) {
        on_kernel(p, m);
        return;
    }
    if (m->type == ASYNC_MSG) {
        task_t *asked = &p->asked[TASK_SLOT(m->src)];
        *asked = MAX(*asked, m->src); // a pull by the task that had the slot before needs no answer
        if (p->draining || !sim_once_in(sim.pair ? 2 : 8))
            answer_pull(p);
        return;
    }
    struct record *r = message_received(p, m);
    if (r->kind == KIND_REPLY || r->kind == KIND_ASYNC)
        sim_violation("message %u of kind %d is received", r->id, r->kind);
    if (r->kind != KIND_CALL)
        return;
    if (p->num_held == MAX_HELD)
        answer(p, p->held[0]);
    p->held[p->num_held++] = r->id;
}

static void receive(struct proc *p, task_t from, bool noblock)
{
    struct message m;
    bool was_dead = !proc_is_alive(from);
    begin(p, noblock ? OP_BRIEF : from ? OP_RECV_FROM : OP_RECV_ANY, from, 0);
    if (from == IPC_ANY)
        turns_begin(p);
    error_t err =
        noblock ? p->api->ipc(0, from, &m, IPC_RECV | IPC_NOBLOCK) : p->api->recv(from, &m);
    end(p);
    if (IS_OK(err)) {
        on_message(p, from, &m);
        return;
    }
    if (sim.over)
        sim_point(); // otherwise the task might loop forever and could never be ended
    bool possible = noblock && err == ERR_WOULD_BLOCK;
    if (from && (err == ERR_ABORTED || err == ERR_INVALID_TASK))
        possible = was_dead || !proc_is_alive(from);
    if (from == p->id && err == ERR_INVALID_ARG)
        possible = true;
    if (!possible && !sim.over)
        sim_violation("task %d receives from %d: %d", p->id, from, err);
}

static void reply_and_receive(struct proc *p)
{
    uint32_t call = p->held[sim_below(p->num_held)];
    struct message m;
    task_t caller = record_of(call)->src;
    let_go(p, call);
    counts.replies++;
    struct record *r = message_make(p, &m, KIND_REPLY, caller, call);
    struct message sent = m;
    begin(p, OP_RECV_ANY, 0, 0);
    turns_begin(p);
    error_t err = p->api->replyrecv(caller, &m);
    end(p);
    message_forget(p, r, &sent);
    r->unsure = true;
    if (IS_OK(err))
        on_message(p, IPC_ANY, &m);
    else if (!sim.over)
        sim_violation("task %d replies and receives: %d", p->id, err);
}

// --- Sending ------------------------------------------------------------------------------------

// Holds a call again, if the message that would have replaced its answer was not sent.
static void hold_again(struct proc *p, const struct record *r, uint32_t call)
{
    if (!call || r->delivered || r->result == OK || !proc_is_alive(r->dst))
        return;
    record_of(call)->answer = 0;
    p->held[p->num_held++] = call;
}

static void send_to(struct proc *p, task_t dst)
{
    struct message m;
    uint32_t held = held_of(p, dst);
    let_go(p, held);
    counts.sends++;
    struct record *r = message_make(p, &m, KIND_SEND, dst, held);
    begin(p, OP_SEND, dst, r->id);
    error_t err = p->api->send(dst, &m);
    end(p);
    message_sent(p, r, err);
    hold_again(p, r, held);
    message_forget(p, r, &m);
}

static void call_to(struct proc *p, task_t dst)
{
    struct message m;
    uint32_t held = held_of(p, dst);
    let_go(p, held);
    counts.calls++;
    struct record *r = message_make(p, &m, KIND_CALL, dst, held);
    struct message sent = m;
    begin(p, OP_CALL, dst, r->id);
    error_t err = p->api->call(dst, &m);
    end(p);
    call_returned(p, r, err, &m);
    hold_again(p, r, held);
    if (IS_OK(err) && record_of(r->answer)->kind == KIND_CALL) {
        if (p->num_held == MAX_HELD)
            answer(p, p->held[0]);
        p->held[p->num_held++] = r->answer;
    }
    message_forget(p, r, &sent);
}

static void send_noblock_to(struct proc *p, task_t dst)
{
    struct message m;
    if (held_of(p, dst)) {
        answer(p, held_of(p, dst));
        return;
    }
    counts.noblocks++;
    struct record *r = message_make(p, &m, KIND_NOBLOCK, dst, 0);
    begin(p, OP_BRIEF, dst, r->id);
    error_t err = p->api->send_noblock(dst, &m);
    end(p);
    message_sent(p, r, err);
    message_forget(p, r, &m);
}

static void notify_to(struct proc *p, task_t dst)
{
    notifications_t bits = (notifications_t)(1 << (4 + sim_below(4)) | (sim_once_in(3) ? 6 : 0));
    uint64_t began = proc_is_alive(dst) ? sim.steps : 0;
    notify_begins(dst, bits);
    begin(p, OP_BRIEF, dst, 0);
    error_t err = p->api->notify(dst, bits);
    end(p);
    notify_returned(p, dst, bits, began, err);
}

static void async_to(struct proc *p, task_t dst)
{
    struct message m;
    if (dst == p->id || !async_has_room(p, dst))
        return;
    counts.asyncs++;
    uint64_t began = proc_is_alive(dst) ? sim.steps : 0;
    struct record *r = message_make(p, &m, KIND_ASYNC, dst, 0);
    notify_begins(dst, NOTIFY_ASYNC);
    begin(p, OP_BRIEF, dst, 0);
    async_queued(p, r); // before async_send() notifies the receiver
    error_t err = p->api->async_send(dst, &m);
    end(p);
    notify_returned(p, dst, NOTIFY_ASYNC, began, err);
    if (IS_ERROR(err))
        async_refused(p, dst);
    message_forget(p, r, &m);
}

// --- Others -------------------------------------------------------------------------------------

static void set_timer(struct proc *p)
{
    int ms = sim_once_in(8) ? 0 : 1 + (int)sim_below(200);
    begin(p, OP_BRIEF, 0, 0);
    p->timer_ns = ms ? sim.now_ns + (uint64_t)ms * NS_PER_MS : 0;
    if (p->api->timer_set(ms) != OK)
        sim_violation("a timer cannot be set");
    end(p);
}

static char *name_text(struct proc *p, unsigned name)
{
    char *text = memory_alloc(p->slot, 8);
    memcpy(text, "name.", 6);
    text[5] = (char)('a' + name);
    text[6] = '\0';
    return text;
}

static void serve(struct proc *p)
{
    unsigned name = sim_below(NUM_NAMES);
    char *text = name_text(p, name);
    begin(p, OP_VM, 0, name + 1);
    error_t err = p->api->serve(text);
    end(p);
    name_served(p, name, err);
    memory_free(p->slot, text);
}

static void look_up(struct proc *p)
{
    unsigned name = sim_below(NUM_NAMES);
    char *text = name_text(p, name);
    p->api->set_lookup_timeout(sim_once_in(10) ? 0 : 1 + (msec_t)sim_below(300));
    begin(p, OP_LOOKUP, 0, name);
    task_t found = p->api->lookup(text);
    end(p);
    name_found(p, name, found);
    memory_free(p->slot, text);
}

static void ask_vm(struct proc *p)
{
    struct message m = {.type = BENCHMARK_NOP_MSG};
    m.benchmark_nop.value = (int)sim_below(1000);
    int value = m.benchmark_nop.value;
    begin(p, OP_VM, VM_TASK, 0);
    error_t err = p->api->call(VM_TASK, &m);
    end(p);
    if (!sim.over && (err != OK || m.benchmark_nop_reply.value != value * 7))
        sim_violation("vm answers task %d: %d", p->id, err);
}

static void ask_launcher(struct proc *p)
{
    char text[8];
    begin(p, OP_VM, KERNEL_TASK, 0);
    error_t err = p->api->kdebug("_", 1, text, sizeof(text));
    end(p);
    if (err != OK && !sim.over)
        sim_violation("the launcher answers task %d: %d", p->id, err);
}

// The most frequent step of the two tasks of a pair. It is so frequent that sequence numbers wrap
// around.
static void step_of_pair(struct proc *p)
{
    task_t peer = random_peer(p);
    uint32_t what = sim_below(100);
    if (what < (p->slot == sim.hub ? 70 : 5))
        receive(p, IPC_ANY, false);
    else if (what < 90 && sim_below(100) < sim.calls)
        call_to(p, peer);
    else if (what < 90)
        send_to(p, peer);
    else if (what < 96)
        pull(p, peer);
    else
        async_to(p, peer);
}

static void step(struct proc *p)
{
    if (p->num_held > 0 && sim_below(10) < 5) {
        if (sim_once_in(2))
            reply_and_receive(p);
        else
            answer(p, p->held[sim_below(p->num_held)]);
        return;
    }
    if (sim_once_in(sim.pair ? 100 : 40))
        answer_pull(p);
    if (sim.pair && !sim_once_in(4)) {
        step_of_pair(p);
        return;
    }
    uint32_t what = sim_below(100);
    task_t peer = random_peer(p);
    if (what < 35)
        receive(p, IPC_ANY, false);
    else if (what < 50)
        call_to(p, peer);
    else if (what < 60)
        send_to(p, peer);
    else if (what < 68)
        send_noblock_to(p, peer);
    else if (what < 76)
        notify_to(p, peer);
    else if (what < 81)
        async_to(p, peer);
    else if (what < 84)
        pull(p, peer);
    else if (what < 87)
        receive(p, peer, false);
    else if (what < 91)
        receive(p, sim_once_in(2) ? IPC_ANY : peer, true);
    else if (what < 94)
        set_timer(p);
    else if (what < 96)
        serve(p);
    else if (what < 97)
        look_up(p);
    else if (what < 98)
        ask_vm(p);
    else if (what < 99)
        ask_launcher(p);
    else
        p->exiting = sim_once_in(3);
}

void program_run(struct proc *p)
{
    end(p);
    while (sim.ops_left > 0 && !p->exiting && takes_part(p))
        step(p);
    if (p->exiting)
        return;
    p->draining = true;
    for (int slot = VM + 1; slot < NUM_SLOTS; slot++)
        answer_pull(p);
    pull_all(p);
    for (;;) {
        while (p->num_held > 0)
            answer(p, p->held[0]);
        receive(p, IPC_ANY, false);
    }
}
