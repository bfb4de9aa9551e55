// See vm_process.h. The launcher's channel is CONTROL_FD; those of tasks are descriptors that stand
// for nothing. Pages and landing memory are real, and what vm maps of them is a mapping of its own.
#include "vm_process.h"
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <oolong/idl_tables.h>
#include <oolong/internal.h>
#include "boot.h"
#include "channel.h"
#include "map.h"
#include "transport.h"

#define SLOT(k)      ((task_t)(k) + 2)
#define MAX_TURNS    20000
#define LAUNCHER_MAX 256
#define NS_PER_MS    1000000ull

struct vp_task vp_tasks[VP_TASKS];
struct vp_launcher vp_launcher;
uint64_t vp_now_ns;

// What the launcher sends.
static struct said {
    struct packet packet;
    int fds[3];
    int num_fds;
} said[LAUNCHER_MAX];
static unsigned num_said;
static void *launcher_cookie;
static uint32_t next_chan;
static struct talk_table *talk;
static unsigned num_files; // while no task is there
static uint8_t fresh[VP_MEM];
static jmp_buf idle;

// --- Setting up ---------------------------------------------------------------------------------

// Memory with two addresses: for the tasks, and for vm.
static void make_memory(size_t len, void *addr, void *of_vm, int prot)
{
    int fd = memfd_create("memory", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, (off_t)len))
        abort();
    void *mapped[2] = {mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0),
                       mmap(NULL, len, prot, MAP_SHARED, fd, 0)};
    if (mapped[0] == MAP_FAILED || mapped[1] == MAP_FAILED)
        abort();
    close(fd);
    memcpy(addr, &mapped[0], sizeof(mapped[0]));
    memcpy(of_vm, &mapped[1], sizeof(mapped[1]));
}

static int open_page(const struct vp_channel *ch)
{
    return fd_open_memory(NULL, ch->page_of_vm, STATE_PAGE_SIZE);
}

static int open_landing(const struct vp_channel *ch)
{
    return fd_open_memory(ch->landing_of_vm, NULL, ool_landing_len(VP_LEN(ch->slot)));
}

static void make_channels(unsigned k)
{
    for (unsigned i = 0; i < VP_CHANNELS; i++) {
        struct vp_channel *ch = &vp_tasks[k].channels[i];
        ch->slot = k;
        make_memory(STATE_PAGE_SIZE, &ch->page, &ch->page_of_vm, PROT_READ);
        make_memory(ool_landing_len(VP_LEN(k)), &ch->landing, &ch->landing_of_vm,
                    PROT_READ | PROT_WRITE);
    }
}

static void make_talk_table(void)
{
    for (unsigned k = 0; k < VP_TASKS; k++) {
        for (unsigned i = 0; i < VP_TASKS; i++) {
            if (i != k && (i < VP_HOSTILE) == (k < VP_HOSTILE))
                talk->rows[SLOT(k)][SLOT(i) / 64] |= 1ull << SLOT(i) % 64;
        }
    }
}

void vp_boot(void)
{
    static _Alignas(4096) uint8_t page[STATE_PAGE_SIZE];
    struct talk_table *talk_of_vm;
    make_memory(sizeof(*talk), &talk, &talk_of_vm, PROT_READ);
    make_talk_table();
    for (size_t i = 0; i < VP_MEM; i++)
        fresh[i] = (uint8_t)(i * 7 + i / 251);
    strcpy((char *)fresh, "a name");
    for (unsigned k = 0; k < VP_TASKS; k++) {
        memcpy(vp_tasks[k].mem, fresh, VP_MEM);
        make_channels(k);
    }
    struct packet boot = {.type = CTL_BOOT, .word = wire_word(WIRE_CONTROL, 0, 0)};
    boot.boot.wire = WIRE_VERSION;
    boot.boot.task = VM_TASK;
    boot.boot.vm_pid = 1;
    boot.boot.core = -1;
    strcpy(boot.boot.name, "vm");
    said[num_said++] = (struct said){
        boot,
        {fd_open_memory(page, NULL, sizeof(page)), fd_open_memory(NULL, talk_of_vm, sizeof(*talk))},
        BOOT_NUM_FDS_OF_VM};
    boot_start();
    shell_start();
    num_files = fd_count_files();
}

void vp_write(struct vp_task *task, size_t offset, const void *data, size_t len)
{
    memcpy(task->mem + offset, data, len);
    for (size_t page = offset / 4096; page <= (offset + len - 1) / 4096; page++)
        task->changed |= 1u << page;
}

static void reset_task(struct vp_task *task)
{
    for (unsigned page = 0; task->changed >> page; page++) {
        if (task->changed >> page & 1)
            memcpy(task->mem + 4096 * page, fresh + 4096 * page, 4096);
    }
    task->id = task->pid = 0;
    task->changed = task->holes = 0;
    task->dead = task->granted = task->acked = task->full = false;
    task->seq = 0;
    task->num_answers = 0;
    task->last_id = 0;
    task->last_segment = 0;
}

void vp_reset(void)
{
    vp_now_ns = 1000 * NS_PER_MS;
    next_chan = 1;
    vp_launcher = (struct vp_launcher){0};
    fd_reset();
    for (unsigned k = 0; k < VP_TASKS; k++) {
        reset_task(&vp_tasks[k]);
        vp_tasks[k].gen = 0;
        vp_tasks[k].channel = &vp_tasks[k].channels[0];
        for (unsigned i = 0; i < VP_CHANNELS; i++)
            vp_tasks[k].channels[i].fd = -1;
    }
    shell_start();
    vp_start(VP_HONEST);
    vp_start(VP_HONEST + 1);
}

// --- The launcher -------------------------------------------------------------------------------

static struct said *say(const struct packet *packet)
{
    if (num_said == LAUNCHER_MAX)
        target_fail("vm does not read what the launcher says");
    said[num_said] = (struct said){.packet = *packet};
    return &said[num_said++];
}

void vp_say(const struct message *m)
{
    struct packet packet;
    if (num_said > LAUNCHER_MAX / 2)
        return;
    memcpy(&packet, m, sizeof(packet));
    packet.word = wire_word(WIRE_NOBLOCK, 0, 0);
    say(&packet);
}

static void say_started(const struct vp_task *task, unsigned k)
{
    struct message m = {.type = LAUNCHER_STARTED_MSG};
    m.launcher_started.task = task->id;
    m.launcher_started.pid = task->pid;
    m.launcher_started.rights = RIGHT_LAUNCH | RIGHT_DESTROY;
    m.launcher_started.ool_len = VP_LEN(k);
    strcpy(m.launcher_started.name, "task");
    vp_say(&m);
    m = (struct message){.type = LAUNCHER_MAY_SERVE_MSG};
    m.launcher_may_serve.task = task->id;
    strcpy(m.launcher_may_serve.name, k % 2 ? "*" : "a name");
    vp_say(&m);
}

static void grant(struct vp_task *task, unsigned k)
{
    if (k == 1) {
        struct packet refused = {.type = CTL_REFUSED, .word = wire_word(WIRE_CONTROL, 0, 0)};
        refused.refused.task = task->id;
        refused.refused.count = 1;
        refused.refused.numbers[0] = oolong_idl_messages[0].id;
        say(&refused);
    }
    struct packet packet = {.type = CTL_GRANT, .word = wire_word(WIRE_CONTROL, 0, 0)};
    packet.grant.task = task->id;
    packet.grant.chan = next_chan++;
    packet.grant.ool_len = VP_LEN(k);
    packet.grant.num_refused = k == 1 ? 1 : 0;
    struct said *grant = say(&packet);
    struct vp_channel *ch = task->channel;
    grant->num_fds = GRANT_NUM_FDS_TO_VM;
    grant->fds[GRANT_FD_SOCKET] = ch->fd = fd_open_file();
    grant->fds[GRANT_FD_PAGE] = vp_launcher.no_page ? fd_open_file() : open_page(ch);
    grant->fds[GRANT_FD_LANDING] = vp_launcher.no_landing ? fd_open_file() : open_landing(ch);
    task->granted = !vp_launcher.no_page;
}

void vp_start(unsigned k)
{
    struct vp_task *task = &vp_tasks[k];
    struct vp_channel *ch = &task->channels[(unsigned)task->gen % VP_CHANNELS];
    // vm may have the channel to the slot's last task still, but not the one to the task before it,
    // whose descriptors and memory these are.
    if (task->pid || ch->watched || num_said > LAUNCHER_MAX / 2)
        return;
    reset_task(task);
    task->id = TASK_MAKE(task->gen, SLOT(k));
    task->pid = 1000 + (task->gen * VP_TASKS + (int)k);
    task->gen++;
    task->channel = ch;
    ch->closed = ch->ended = false;
    ch->first = ch->count = 0;
    memset(ch->page, 0, sizeof(*ch->page));
    memset(ch->landing, 0, sizeof(struct ool_receipt));
    say_started(task, k);
    grant(task, k);
}

void vp_end(unsigned k)
{
    struct vp_task *task = &vp_tasks[k];
    if (!task->id || task->dead)
        return;
    task->dead = task->channel->ended = true;
    struct message m = {.type = EXCEPTION_MSG};
    m.exception.task = task->id;
    m.exception.exception = EXCEPTION_TYPE_CRASHED;
    vp_say(&m);
}

static struct vp_task *by_id(task_t id)
{
    for (unsigned k = 0; k < VP_TASKS; k++) {
        if (vp_tasks[k].id == id && id)
            return &vp_tasks[k];
    }
    return NULL;
}

static void answer(enum control_op op, error_t error, int num_fds)
{
    struct packet packet = {.type = CTL_ANSWER, .word = wire_word(WIRE_CONTROL, 0, 0)};
    packet.answer.op = op;
    packet.answer.error = error;
    struct said *s = say(&packet);
    s->num_fds = num_fds;
    for (int i = 0; i < num_fds; i++)
        s->fds[i] = fd_open_file();
}

static void on_destroy(task_t id)
{
    struct vp_task *task = by_id(id);
    error_t error = !task || task->dead ? ERR_INVALID_TASK : vp_launcher.destroys;
    answer(CTL_DESTROY, error, 0);
    if (!error && task < &vp_tasks[VP_HOSTILE])
        vp_end((unsigned)(task - vp_tasks));
}

static void on_launch(const struct control_text *text)
{
    if (text->len > sizeof(text->text))
        target_fail("vm launches a text of %u bytes", text->len);
    if (text->more)
        return;
    struct message m = {.type = LAUNCHER_LAUNCHED_MSG};
    m.launcher_launched.token = vp_launcher.token = text->token;
    m.launcher_launched.task = ERR_NOT_FOUND;
    unsigned k = vp_launcher.launches_at % VP_HOSTILE;
    if (!vp_launcher.no_launch && !vp_tasks[k].pid)
        vp_start(k);
    if (vp_tasks[k].pid && !vp_tasks[k].dead) {
        m.launcher_launched.task = vp_tasks[k].id;
    }
    vp_say(&m);
}

// Of a zombie that vm has forgotten, the process id may be anybody's from now on.
static void on_reap(task_t id)
{
    struct vp_task *task = by_id(id);
    if (!task)
        return; // the input told of the end of a task that there never was
    if (!task->dead || !task->pid)
        target_fail("vm has forgotten task %d, which lives", id);
    task->pid = 0;
    if (vp_launcher.restarts && task < &vp_tasks[VP_HOSTILE])
        vp_start((unsigned)(task - vp_tasks));
}

static void on_control(const struct packet *packet)
{
    struct vp_task *task;
    switch (packet->type) {
    case CTL_GRANT_ACK:
        task = by_id(packet->task.task);
        if (!task || task->acked)
            target_fail("vm acknowledges a channel to task %d", packet->task.task);
        task->acked = true;
        break;
    case CTL_DESTROY:
        on_destroy(packet->task.task);
        break;
    case CTL_REAP:
        on_reap(packet->task.task);
        break;
    case CTL_LAUNCH:
        on_launch(&packet->text);
        break;
    case CTL_MEMFD:
        answer(CTL_MEMFD, vp_launcher.no_memory ? ERR_NO_MEMORY : OK,
               vp_launcher.no_memory ? 0 : 2);
        break;
    case CTL_CLOSED:
    case CTL_COPYING:
        break;
    default:
        target_fail("vm sends control packet %d", packet->type);
    }
}

// --- transport.h --------------------------------------------------------------------------------

static struct vp_channel *nth_channel(unsigned n)
{
    return &vp_tasks[n / VP_CHANNELS].channels[n % VP_CHANNELS];
}

static struct vp_channel *channel_of(int fd)
{
    if (fd == CONTROL_FD)
        return NULL;
    for (unsigned i = 0; i < VP_TASKS * VP_CHANNELS; i++) {
        if (nth_channel(i)->fd == fd)
            return nth_channel(i);
    }
    target_fail("vm uses descriptor %d as a channel, which is none", fd);
}

error_t transport_init(void)
{
    return OK;
}

error_t transport_watch(int fd, void *cookie, bool oneshot)
{
    struct vp_channel *ch = channel_of(fd);
    (void)oneshot;
    if (!ch) {
        launcher_cookie = cookie;
        return OK;
    }
    ch->cookie = cookie;
    ch->watched = true;
    return OK;
}

void transport_unwatch(int fd)
{
    if (channel_of(fd))
        channel_of(fd)->watched = false;
}

int transport_wait(void *cookies[TRANSPORT_MAX_EVENTS], int timeout_ms)
{
    int n = 0;
    if (num_said > 0)
        cookies[n++] = launcher_cookie;
    for (unsigned i = 0; i < VP_TASKS * VP_CHANNELS; i++) {
        const struct vp_channel *ch = nth_channel(i);
        if (ch->watched && (ch->count > 0 || ch->ended))
            cookies[n++] = ch->cookie;
    }
    if (n == 0 && timeout_ms != 0)
        longjmp(idle, 1);
    return n;
}

static error_t recv_said(struct packet *packet, bool wait, int *fds, int max_fds, int *num_fds)
{
    if (num_said == 0 && wait)
        target_fail("vm waits for the launcher, which has nothing to say");
    if (num_said == 0)
        return ERR_WOULD_BLOCK;
    if (said[0].num_fds > max_fds)
        target_fail("vm drops descriptors of the launcher");
    *packet = said[0].packet;
    memcpy(fds, said[0].fds, (size_t)said[0].num_fds * sizeof(int));
    *num_fds = said[0].num_fds;
    memmove(said, said + 1, --num_said * sizeof(said[0]));
    return OK;
}

error_t transport_recv(int fd, struct packet *packet, bool wait, int *fds, int max_fds,
                       int *num_fds)
{
    struct vp_channel *ch = channel_of(fd);
    if (num_fds)
        *num_fds = 0;
    if (!ch)
        return recv_said(packet, wait, fds, max_fds, num_fds);
    if (wait)
        target_fail("vm waits for the task in slot %u", ch->slot);
    if (ch->count == 0)
        return ch->ended ? ERR_ABORTED : ERR_WOULD_BLOCK;
    unsigned at = ch->first++ % VP_MAX_QUEUE;
    ch->count--;
    *packet = ch->queue[at];
    return ch->broken[at] ? ERR_NOT_ACCEPTABLE : OK;
}

static void note_answer(struct vp_task *task, const struct packet *packet)
{
    struct message m;
    memcpy(&m, packet, sizeof(m));
    task->answer = *packet;
    task->num_answers++;
    if (m.type == OOL_SEND_REPLY_MSG)
        task->last_id = m.ool_send_reply.id;
    if (m.type == SHM_CREATE_REPLY_MSG)
        task->last_segment = m.shm_create_reply.shm_id;
}

// Whatever leaves vm was put there: no byte of it is left from before.
static void check_bytes(const struct packet *packet)
{
#if defined(__has_feature)
#if __has_feature(memory_sanitizer)
    void __msan_check_mem_is_initialized(const volatile void *x, size_t size);
    __msan_check_mem_is_initialized(packet, sizeof(*packet));
#endif
#endif
    (void)packet;
}

error_t transport_send(int fd, const struct packet *packet, bool block, int attach)
{
    struct vp_channel *ch = channel_of(fd);
    enum wire_kind kind = wire_kind(packet->word);
    check_bytes(packet);
    if (!ch) {
        if (kind != WIRE_CONTROL)
            target_fail("vm sends a packet of kind %d to the launcher", kind);
        on_control(packet);
        return OK;
    }
    if (block)
        target_fail("vm blocks for the task in slot %u", ch->slot);
    if (kind == WIRE_SEND || kind == WIRE_CALL || kind < WIRE_SEND || kind > WIRE_DOORBELL)
        target_fail("vm sends a packet of kind %d to a task", kind);
    if (attach >= 0 && !fd_is_open(attach))
        target_fail("vm attaches descriptor %d, which is closed", attach);
    if (ch->ended || ch->closed)
        return ERR_ABORTED;
    struct vp_task *task = &vp_tasks[ch->slot];
    bool full = task->full;
    task->full = false;
    if (full)
        return ERR_WOULD_BLOCK;
    if (kind != WIRE_DOORBELL)
        note_answer(task, packet);
    return OK;
}

void transport_close(int fd)
{
    struct vp_channel *ch = channel_of(fd);
    if (!ch)
        target_fail("vm closes its channel to the launcher");
    ch->closed = true;
    ch->fd = -1;
    close(fd);
}

void vp_push(unsigned k, const struct packet *packet)
{
    struct vp_task *task = &vp_tasks[k];
    struct vp_channel *ch = task->channel;
    if (!task->granted || ch->ended || ch->closed || ch->count == VP_MAX_QUEUE)
        return;
    unsigned at = (ch->first + ch->count++) % VP_MAX_QUEUE;
    ch->broken[at] = !packet;
    if (packet)
        ch->queue[at] = *packet;
    // What rings tells vm, but nobody has to.
    atomic_fetch_add(&ch->page->peers[TASK_SLOT(VM_TASK)].doorbell, 1);
}

// --- Running ------------------------------------------------------------------------------------

void vp_run(void)
{
    if (setjmp(idle))
        return;
    for (unsigned n = 0; n < MAX_TURNS; n++) {
        fd_num_unmapped = 0;
        shell_turn();
        shell_check();
        if (fd_num_unmapped > MAP_PIECE + VP_TASKS * STATE_PAGE_SIZE)
            target_fail("vm unmaps %zu bytes at once", fd_num_unmapped);
    }
    target_fail("vm never rests");
}

void vp_call(unsigned k, struct message *m)
{
    struct vp_task *task = &vp_tasks[k];
    struct packet packet;
    unsigned before = task->num_answers;
    memcpy(&packet, m, sizeof(packet));
    task->seq = task->seq % 1000 + 1;
    packet.word = wire_word(WIRE_CALL, task->seq, 0);
    vp_push(k, &packet);
    vp_run();
    if (task->num_answers != before + 1 || wire_kind(task->answer.word) != WIRE_REPLY ||
        wire_ack(task->answer.word) != task->seq)
        target_fail("call 0x%x of an honest task: %u answers, the last 0x%x of kind %d",
                    packet.type, task->num_answers - before, task->answer.type,
                    wire_kind(task->answer.word));
    memcpy(m, &task->answer, sizeof(*m));
}

void vp_finish(void)
{
    vp_launcher.restarts = false;
    for (unsigned k = 0; k < VP_TASKS; k++)
        vp_end(k);
    vp_run();
    for (unsigned k = 0; k < VP_TASKS; k++) {
        if (vp_tasks[k].pid)
            target_fail("vm keeps task %d, which has ended", vp_tasks[k].id);
    }
    if (!shell_is_empty())
        target_fail("vm keeps something of the tasks");
    if (channel_count() != 1)
        target_fail("%u channels are left", channel_count());
    if (fd_count() > 0 || fd_count_files() != num_files)
        target_fail("%u descriptors and %u files are left", fd_count(),
                    fd_count_files() - num_files);
}
