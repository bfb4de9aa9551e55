// The launcher of the simulation. It runs launcher/channels.c as it is, with the control channels
// of the simulated tasks and a short form of spawn.c, requests.c, reap.c and restart.c.
#include <stdlib.h>
#include <string.h>
#include "channels.h"
#include "sim.h"
#include "talk.h"
#include "util.h"

#define NUM_NUMBERS    128 // descriptors of the launcher
#define NUM_TASKS      (NUM_SLOTS - 2)
#define MAX_RESTARTS   24
#define FIRST_DELAY_MS 100

static struct channels channels;
static struct file *numbers[NUM_NUMBERS];
static struct file *table; // which tasks were granted a channel to each other

// The launcher's state for each task.
static struct {
    struct file *control; // the launcher's end; NULL: closed
    struct file *page;
    bool forgotten; // by vm
    bool exited;    // and the launcher has told others of its end
} tasks[NUM_SLOTS];

static uint64_t restart_ns[NUM_SLOTS]; // NEVER: none
static int next_pid;
static unsigned num_starts;
static bool vanished;
static bool ends_task; // a task is being ended, and others may run between the steps of that

// --- What launcher/channels.c asks for -----------------------------------------------------------

void *xcalloc(size_t num, size_t size)
{
    void *ptr = memory_alloc(LAUNCHER, num * size);
    if (!ptr)
        abort();
    return memset(ptr, 0, num * size);
}

// The compiler renames free() in channels.c to this.
void launcher_free(void *ptr);
void launcher_free(void *ptr)
{
    memory_free(LAUNCHER, ptr);
}

static int number(struct file *file)
{
    for (int i = 0; i < NUM_NUMBERS; i++) {
        if (!numbers[i]) {
            numbers[i] = file;
            return i;
        }
    }
    sim_violation("the launcher has too many descriptors");
}

static bool may_talk(void *ctx, task_t a, task_t b)
{
    (void)ctx, (void)a, (void)b;
    return true;
}

static void allow_pair(void *ctx, task_t a, task_t b)
{
    (void)ctx;
    talk_allow(table->page, a, b);
}

static void revoke_task(void *ctx, task_t task)
{
    (void)ctx;
    talk_revoke(table->page, task);
}

static bool make_pair(void *ctx, int ends[2])
{
    (void)ctx;
    struct file *pair[2];
    socket_pair(pair);
    ends[0] = number(pair[0]);
    ends[1] = number(pair[1]);
    return true;
}

static int open_page(void *ctx, task_t task)
{
    (void)ctx;
    struct file *page = tasks[TASK_SLOT(task)].page;
    file_ref(page);
    return number(page);
}

static void close_number(void *ctx, int fd)
{
    (void)ctx;
    struct file *file = numbers[fd];
    numbers[fd] = NULL;
    file_unref(file);
    if (ends_task)
        sched_meanwhile();
}

static void describe(void *ctx, task_t a, task_t b, struct control_grant *grant)
{
    (void)ctx, (void)a, (void)b;
    grant->ool_len = OOL_LEN;
}

static uint32_t ring_size(void *ctx, task_t a, task_t b)
{
    (void)ctx;
    bool uses = sim.shm == 2 || (sim.shm == 1 && (TASK_SLOT(a) + TASK_SLOT(b)) % 2);
    counts.shm_channels += uses;
    return uses ? RING_SIZE : 0;
}

static bool make_region(void *ctx, uint32_t size, int *rw, int *ro)
{
    (void)ctx, (void)size;
    struct file *ends[2];
    region_new(ends);
    *rw = number(ends[0]);
    *ro = number(ends[1]);
    return true;
}

static void mark_ended(void *ctx, task_t task)
{
    (void)ctx;
    struct state_page *page = tasks[TASK_SLOT(task)].page->page;
    atomic_store(&page->ended, 1);
    sched_meanwhile();
}

// As doorbell_ring_all() of launcher/doorbells.c.
static void wake_waiters(void *ctx, task_t task)
{
    (void)ctx;
    struct state_page *page = tasks[TASK_SLOT(task)].page->page;
    for (int slot = 1; slot < NUM_SLOTS; slot++) {
        if (!tasks[slot].page || slot == TASK_SLOT(task))
            continue;
        atomic_fetch_add(&page->peers[slot].doorbell, 1);
        sched_ring((uintptr_t)&page->peers[slot].doorbell);
        sched_meanwhile();
    }
}

static const struct channel_env env = {
    .may_talk = may_talk,
    .allow = allow_pair,
    .revoke = revoke_task,
    .make_pair = make_pair,
    .open_page = open_page,
    .close_fd = close_number,
    .describe = describe,
    .ring_size = ring_size,
    .make_region = make_region,
    .mark_ended = mark_ended,
    .wake_waiters = wake_waiters,
};

// --- Starting -----------------------------------------------------------------------------------

static struct packet as_packet(const struct message *m)
{
    struct packet packet;
    memcpy(&packet, m, sizeof(packet));
    packet.word = wire_word(WIRE_NOBLOCK, 0, 0);
    return packet;
}

static void tell(task_t task, const struct message *m)
{
    struct packet packet = as_packet(m);
    channels_push(&channels, task, &packet, NULL, 0);
}

static void announce(const struct proc *p, uint32_t chan, struct file *vm_end, struct file *landing)
{
    struct message m = {.type = LAUNCHER_STARTED_MSG};
    m.launcher_started.task = p->id;
    m.launcher_started.pid = p->pid;
    m.launcher_started.ool_len = OOL_LEN;
    strcpy(m.launcher_started.name, "task");
    tell(VM_TASK, &m);
    m = (struct message){.type = LAUNCHER_MAY_SERVE_MSG};
    m.launcher_may_serve.task = p->id;
    strcpy(m.launcher_may_serve.name, "*");
    tell(VM_TASK, &m);
    channels_grant_vm(&channels, p->id, chan, number(vm_end), number(landing));
}

static void push_boot(const struct proc *p, uint32_t chan, struct file *vm_end,
                      struct file *landing)
{
    struct packet packet = {.type = CTL_BOOT, .word = wire_word(WIRE_CONTROL, 0, 0)};
    packet.boot.wire = WIRE_VERSION;
    packet.boot.task = p->id;
    packet.boot.vm_pid = sim.procs[VM].pid;
    packet.boot.vm_chan = chan;
    packet.boot.ool_len = OOL_LEN;
    strcpy(packet.boot.name, "task");
    int fds[BOOT_NUM_FDS] = {[BOOT_FD_PAGE] = open_page(NULL, p->id)};
    unsigned num;
    if (vm_end) {
        fds[BOOT_FD_VM_SOCKET] = number(vm_end);
        fds[BOOT_FD_VM_PAGE] = open_page(NULL, VM_TASK);
        fds[BOOT_FD_LANDING] = number(landing);
        num = BOOT_NUM_FDS;
    } else {
        file_ref(table);
        fds[BOOT_FD_TALK_TABLE] = number(table);
        num = BOOT_NUM_FDS_OF_VM;
    }
    channels_push(&channels, p->id, &packet, fds, num);
}

static void start_task(void)
{
    task_t id = channels_add(&channels);
    if (id < 0)
        sim_violation("no slot for a task");
    int slot = TASK_SLOT(id);
    struct proc *p = &sim.procs[slot];
    struct file *control[2], *vm_ends[2] = {NULL, NULL}, *landing = NULL;
    counts.starts++;
    counts.reused += TASK_GEN(id) > 0;
    num_starts++;
    p->id = id;
    p->pid = ++next_pid;
    p->state = PROC_ALIVE;
    socket_pair(control);
    control[0]->owner = LAUNCHER;
    control[1]->owner = slot;
    p->fds[CONTROL_FD] = control[1];
    tasks[slot].control = control[0];
    tasks[slot].page = page_new();
    tasks[slot].forgotten = tasks[slot].exited = false;
    uint32_t chan = 0;
    if (slot != VM) {
        chan = channels_number(&channels);
        socket_pair(vm_ends);
        landing = landing_new();
        file_ref(landing);
        announce(p, chan, vm_ends[1], landing);
    }
    push_boot(p, chan, vm_ends[0], landing);
    memory_start(slot);
    oracle_task_started(p);
    TRACE_SIM("-- task %d starts", id);
    sched_start(p);
}

// --- Ending -------------------------------------------------------------------------------------

static void free_task(int slot)
{
    struct proc *p = &sim.procs[slot];
    channels_free(&channels, p->id);
    file_unref(tasks[slot].page);
    tasks[slot].page = NULL;
    p->state = PROC_NONE;
    if (sim.ops_left > 0 && num_starts < NUM_TASKS + MAX_RESTARTS)
        restart_ns[slot] = sim.now_ns + FIRST_DELAY_MS * NS_PER_MS;
}

static bool read_packet(int slot);

static void reap(int slot)
{
    struct proc *p = &sim.procs[slot];
    if (slot == VM) {
        launcher_vanish();
        return;
    }
    while (tasks[slot].control && read_packet(slot))
        ;
    if (tasks[slot].control)
        file_unref(tasks[slot].control);
    tasks[slot].control = NULL;
    tasks[slot].exited = true;
    struct message m = {.type = EXCEPTION_MSG};
    m.exception.task = p->id;
    m.exception.exception = EXCEPTION_TYPE_CRASHED;
    struct packet note = as_packet(&m);
    ends_task = true;
    channels_ended(&channels, p->id, &note);
    ends_task = false;
}

void launcher_vanish(void)
{
    vanished = true;
    sim.doomed = true; // PR_SET_PDEATHSIG, or the launcher's own kill
    while (table) {
        file_unref(table);
        table = NULL;
    }
    for (int slot = VM; slot < NUM_SLOTS; slot++) {
        if (tasks[slot].control)
            file_unref(tasks[slot].control);
        tasks[slot].control = NULL;
    }
}

// --- Requests -----------------------------------------------------------------------------------

static void on_reap(task_t id)
{
    int slot = TASK_SLOT(id);
    if (slot <= VM || sim.procs[slot].id != id || !tasks[slot].exited)
        sim_violation("vm forgets task %d, which has not ended", id);
    free_task(slot);
}

static void on_destroy(task_t by, task_t id)
{
    bool alive = channels_find(&channels, id);
    channels_answer(&channels, by, CTL_DESTROY, 0, alive ? OK : ERR_INVALID_TASK);
    if (alive)
        proc_kill(proc_find(id));
}

static void handle(struct proc *p, const struct packet *packet)
{
    struct packet text = {.type = CTL_TEXT, .word = wire_word(WIRE_CONTROL, 0, 0)};
    if (wire_kind(packet->word) != WIRE_CONTROL)
        sim_violation("task %d sends the launcher a packet of kind %d", p->id,
                      wire_kind(packet->word));
    if (p->state == PROC_ZOMBIE)
        return;
    switch (packet->type) {
    case CTL_DIGESTS:
        break;
    case CTL_READY:
        channels_ready(&channels, p->id);
        for (int i = 0; p->slot == VM && i < NUM_TASKS; i++)
            start_task();
        break;
    case CTL_CONNECT:
        channels_connect(&channels, p->id, packet->task.task);
        break;
    case CTL_GRANT_ACK:
        if (!channels_ack(&channels, p->id, packet->task.task))
            sim_violation("task %d acknowledges a channel that it was not given", p->id);
        break;
    case CTL_KDEBUG:
        channels_push(&channels, p->id, &text, NULL, 0);
        break;
    case CTL_DESTROY:
        on_destroy(p->id, packet->task.task);
        break;
    case CTL_REAP:
        on_reap(packet->task.task);
        break;
    case CTL_COPYING: // no copy stalls here
        break;
    default:
        sim_violation("task %d sends control packet %d", p->id, packet->type);
    }
}

// Reads and handles one packet of a task. False: there is none.
static bool read_packet(int slot)
{
    struct parcel parcel;
    int n = socket_recv(tasks[slot].control, &parcel);
    if (n > 0)
        handle(&sim.procs[slot], &parcel.packet);
    if (n == 0) {
        file_unref(tasks[slot].control);
        tasks[slot].control = NULL;
    }
    return n > 0;
}

static bool flush(int slot)
{
    task_t id = sim.procs[slot].id;
    struct outgoing *out = channels_next(&channels, id);
    struct file *files[PACKET_MAX_FDS];
    if (!out || !tasks[slot].control)
        return false;
    for (unsigned i = 0; i < out->num_fds; i++)
        files[i] = numbers[out->fds[i]];
    if (socket_send(tasks[slot].control, &out->packet, files, out->num_fds) < 0)
        return false;
    channels_sent(&channels, id);
    struct state_page *page = tasks[slot].page->page;
    atomic_fetch_add(&page->launcher_doorbell, 1);
    if (atomic_load(&page->asleep) == SLEEP_FUTEX)
        sched_ring((uintptr_t)&page->launcher_doorbell);
    return true;
}

// --- Steps --------------------------------------------------------------------------------------

static bool step_for(int slot)
{
    struct proc *p = &sim.procs[slot];
    if (restart_ns[slot] <= sim.now_ns && sim.ops_left > 0) {
        restart_ns[slot] = NEVER;
        start_task();
        return true;
    }
    if (p->state == PROC_ZOMBIE && !tasks[slot].exited) {
        reap(slot);
        return true;
    }
    bool first = sim_once_in(2);
    if (first && flush(slot))
        return true;
    if (tasks[slot].control && socket_readable(tasks[slot].control)) {
        read_packet(slot);
        return true;
    }
    return !first && flush(slot);
}

bool launcher_step(void)
{
    if (vanished)
        return false;
    unsigned from = sim_below(NUM_SLOTS - 1);
    for (unsigned i = 0; i < NUM_SLOTS - 1; i++) {
        if (step_for(VM + (int)((from + i) % (NUM_SLOTS - 1))))
            return true;
    }
    return false;
}

uint64_t launcher_deadline(void)
{
    uint64_t next = NEVER;
    for (int slot = VM; slot < NUM_SLOTS && sim.ops_left > 0 && !vanished; slot++)
        next = MIN(next, restart_ns[slot]);
    return next;
}

unsigned launcher_rest(void)
{
    // Those of vm: both ends of its control channel, its epoll set, its page and the table. The
    // page and the table count twice, as files and as memory.
    return 2 + 1 + 2 + 2;
}

void launcher_poke(task_t task)
{
    struct message m = {.type = POKE_MSG};
    tell(task, &m);
    sim.runnable |= 1u << LAUNCHER;
}

void launcher_init(void)
{
    memset(&channels, 0, sizeof(channels));
    memset(numbers, 0, sizeof(numbers));
    memset(tasks, 0, sizeof(tasks));
    memset(restart_ns, 0xff, sizeof(restart_ns));
    memory_reset(LAUNCHER);
    table = page_new();
    vanished = ends_task = false;
    next_pid = 100;
    num_starts = 0;
    channels_init(&channels, &env);
    start_task();
}

const struct state_page *launcher_page(int slot)
{
    return tasks[slot].page->page;
}

bool launcher_has_sent(task_t task, task_t peer)
{
    enum half half = channels.halves[TASK_SLOT(task)][TASK_SLOT(peer)];
    return half == HALF_SENT || half == HALF_TAKEN;
}

// Queued grants stay when their task ends, because its notifications arrive through those channels.
bool launcher_owes(task_t task)
{
    if (channels.endpoints[TASK_SLOT(task)].head)
        return true;
    for (int slot = VM; slot < NUM_SLOTS; slot++) {
        enum half half = channels.halves[TASK_SLOT(task)][slot];
        if (half != HALF_NONE && half != HALF_TAKEN)
            return true;
    }
    return false;
}

// Called when no task can run. Checks that the launcher has sent everything that it had to send.
void launcher_check(void)
{
    for (int slot = VM; slot < NUM_SLOTS; slot++) {
        const struct endpoint *e = &channels.endpoints[slot];
        if (e->head || e->num_queued)
            sim_violation("the launcher keeps %u packets for task %d", e->num_queued, e->id);
        if (e->unacked)
            sim_violation("task %d has not acknowledged its channel to %d", e->id, e->unacked);
        for (int peer = 0; peer < NUM_SLOTS; peer++) {
            enum half half = channels.halves[slot][peer];
            bool alive = e->state == ENDPOINT_READY;
            if (half != HALF_NONE && (half != HALF_TAKEN || !alive))
                sim_violation("half %d of slots %d and %d is left", half, slot, peer);
        }
    }
    for (int i = 0; i < NUM_NUMBERS; i++) {
        if (numbers[i])
            sim_violation("the launcher has descriptor %d left", i);
    }
    if (memory_live(LAUNCHER))
        sim_violation("the launcher has %u packets left", memory_live(LAUNCHER));
}
