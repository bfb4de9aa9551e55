// See vm_process.h. Descriptors are numbers that nobody opens: the launcher's is CONTROL_FD, and
// TASK_FD + k a task's. Pages, landing memory and segments are real ones.
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
#include "transport.h"

#define TASK_FD      100000
#define SLOT(k)      ((task_t)(k) + 2)
#define MAX_TURNS    20000
#define LAUNCHER_MAX 256
#define NS_PER_MS    1000000ull

struct vp_task vp_tasks[VP_TASKS];
struct vp_launcher vp_launcher;
uint64_t vp_now_ns;
bool vp_inside;

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
static int some_fd; // segments are copies of it
static int boot_fds[2];
static int lowest_fd; // that is free while nothing is open
static jmp_buf idle;

void vp_fail(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fprintf(stderr, "\n");
    abort();
}

// --- Setting up ---------------------------------------------------------------------------------

static int make_memory(size_t len, void *addr)
{
    int fd = memfd_create("memory", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, (off_t)len))
        abort();
    void *mapped = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (mapped == MAP_FAILED)
        abort();
    memcpy(addr, &mapped, sizeof(mapped));
    return fd;
}

static int next_fd(void)
{
    int fd = dup(some_fd);
    close(fd);
    return fd;
}

static void fill(struct vp_task *task)
{
    for (size_t i = 0; i < VP_MEM; i++)
        task->mem[i] = (uint8_t)(i * 7 + i / 251);
    strcpy((char *)task->mem, "a name");
    task->mem_changed = false;
}

void vp_boot(void)
{
    void *page;
    boot_fds[0] = make_memory(STATE_PAGE_SIZE, &page);
    boot_fds[1] = make_memory(sizeof(*talk), &talk);
    for (unsigned k = 0; k < VP_TASKS; k++) {
        vp_tasks[k].page_fd = make_memory(STATE_PAGE_SIZE, &vp_tasks[k].page);
        vp_tasks[k].landing_fd = make_memory(ool_landing_len(VP_OOL_LEN), &vp_tasks[k].landing);
        fill(&vp_tasks[k]);
        for (unsigned i = 0; i < VP_TASKS; i++) {
            if (i != k && (i < VP_HOSTILE) == (k < VP_HOSTILE))
                talk->rows[SLOT(k)][SLOT(i) / 64] |= 1ull << SLOT(i) % 64;
        }
    }
    some_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    struct packet boot = {.type = CTL_BOOT, .word = wire_word(WIRE_CONTROL, 0, 0)};
    boot.boot.wire = WIRE_VERSION;
    boot.boot.task = VM_TASK;
    boot.boot.vm_pid = 1;
    boot.boot.core = -1;
    strcpy(boot.boot.name, "vm");
    said[num_said++] = (struct said){boot, {boot_fds[0], boot_fds[1]}, 2};
    boot_start();
    shell_start();
    lowest_fd = next_fd();
}

static void reset_task(struct vp_task *task)
{
    if (task->mem_changed)
        fill(task);
    task->id = task->pid = task->gen = 0;
    task->holes = 0;
    task->dead = task->granted = task->acked = task->watched = task->closed = false;
    task->cookie = NULL;
    task->first = task->count = 0;
    task->full = false;
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
    for (unsigned k = 0; k < VP_TASKS; k++)
        reset_task(&vp_tasks[k]);
    shell_start();
    vp_start(VP_HONEST);
    vp_start(VP_HONEST + 1);
}

// --- The launcher -------------------------------------------------------------------------------

static struct said *say(const struct packet *packet)
{
    if (num_said == LAUNCHER_MAX)
        vp_fail("vm does not read what the launcher says");
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

void vp_start(unsigned k)
{
    struct vp_task *task = &vp_tasks[k];
    // Not before vm has seen the end of the channel to the slot's last task: both would have the
    // same descriptor here.
    if (task->pid || task->watched || num_said > LAUNCHER_MAX / 2)
        return;
    int gen = task->gen;
    reset_task(task);
    task->gen = gen + 1;
    task->id = TASK_MAKE(gen, SLOT(k));
    task->pid = 1000 + (gen * VP_TASKS + (int)k);
    memset(task->page, 0, sizeof(*task->page));
    memset(task->landing, 0, sizeof(struct ool_receipt));

    struct message m = {.type = LAUNCHER_STARTED_MSG};
    m.launcher_started.task = task->id;
    m.launcher_started.pid = task->pid;
    m.launcher_started.rights = RIGHT_LAUNCH | RIGHT_DESTROY;
    m.launcher_started.ool_len = VP_OOL_LEN;
    strcpy(m.launcher_started.name, "task");
    vp_say(&m);
    m = (struct message){.type = LAUNCHER_MAY_SERVE_MSG};
    m.launcher_may_serve.task = task->id;
    strcpy(m.launcher_may_serve.name, k % 2 ? "*" : "a name");
    vp_say(&m);

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
    packet.grant.ool_len = VP_OOL_LEN;
    packet.grant.num_refused = k == 1 ? 1 : 0;
    struct said *grant = say(&packet);
    grant->num_fds = 3;
    grant->fds[0] = TASK_FD + (int)k;
    grant->fds[1] = dup(vp_launcher.no_page ? some_fd : task->page_fd);
    grant->fds[2] = dup(vp_launcher.no_landing ? some_fd : task->landing_fd);
    task->granted = !vp_launcher.no_page;
}

void vp_end(unsigned k)
{
    struct vp_task *task = &vp_tasks[k];
    if (!task->id || task->dead)
        return;
    task->dead = true;
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
        s->fds[i] = dup(some_fd);
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
        vp_fail("vm launches a text of %u bytes", text->len);
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
        vp_fail("vm has forgotten task %d, which lives", id);
    task->pid = 0;
}

static void on_control(const struct packet *packet)
{
    struct vp_task *task;
    switch (packet->type) {
    case CTL_GRANT_ACK:
        task = by_id(packet->task.task);
        if (!task || task->acked)
            vp_fail("vm acknowledges a channel to task %d", packet->task.task);
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
        vp_fail("vm sends control packet %d", packet->type);
    }
}

// --- transport.h --------------------------------------------------------------------------------

static struct vp_task *task_of(int fd)
{
    return fd >= TASK_FD && fd < TASK_FD + VP_TASKS ? &vp_tasks[fd - TASK_FD] : NULL;
}

error_t transport_init(void)
{
    return OK;
}

error_t transport_watch(int fd, void *cookie, bool oneshot)
{
    struct vp_task *task = task_of(fd);
    (void)oneshot;
    if (!task)
        launcher_cookie = cookie;
    else
        task->cookie = cookie;
    if (task)
        task->watched = true;
    return OK;
}

void transport_unwatch(int fd)
{
    if (task_of(fd))
        task_of(fd)->watched = false;
}

int transport_wait(void *cookies[TRANSPORT_MAX_EVENTS], int timeout_ms)
{
    int n = 0;
    if (num_said > 0)
        cookies[n++] = launcher_cookie;
    for (unsigned k = 0; k < VP_TASKS; k++) {
        struct vp_task *task = &vp_tasks[k];
        if (task->watched && (task->count > 0 || task->dead))
            cookies[n++] = task->cookie;
    }
    if (n == 0 && timeout_ms != 0)
        longjmp(idle, 1);
    return n;
}

static error_t recv_said(struct packet *packet, bool wait, int *fds, int max_fds, int *num_fds)
{
    if (num_said == 0 && wait)
        vp_fail("vm waits for the launcher, which has nothing to say");
    if (num_said == 0)
        return ERR_WOULD_BLOCK;
    if (said[0].num_fds > max_fds)
        vp_fail("vm drops descriptors of the launcher");
    *packet = said[0].packet;
    memcpy(fds, said[0].fds, (size_t)said[0].num_fds * sizeof(int));
    *num_fds = said[0].num_fds;
    memmove(said, said + 1, --num_said * sizeof(said[0]));
    return OK;
}

error_t transport_recv(int fd, struct packet *packet, bool wait, int *fds, int max_fds,
                       int *num_fds)
{
    struct vp_task *task = task_of(fd);
    if (num_fds)
        *num_fds = 0;
    if (!task)
        return recv_said(packet, wait, fds, max_fds, num_fds);
    if (wait)
        vp_fail("vm waits for task %d", task->id);
    if (task->closed)
        vp_fail("vm reads a channel that it has closed");
    if (task->count == 0)
        return task->dead ? ERR_ABORTED : ERR_WOULD_BLOCK;
    unsigned at = task->first++ % VP_MAX_QUEUE;
    task->count--;
    *packet = task->queue[at];
    return task->broken[at] ? ERR_NOT_ACCEPTABLE : OK;
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
    struct vp_task *task = task_of(fd);
    enum wire_kind kind = wire_kind(packet->word);
    check_bytes(packet);
    if (!task) {
        if (kind != WIRE_CONTROL)
            vp_fail("vm sends a packet of kind %d to the launcher", kind);
        on_control(packet);
        return OK;
    }
    if (block)
        vp_fail("vm blocks for task %d", task->id);
    if (kind == WIRE_SEND || kind == WIRE_CALL || kind < WIRE_SEND || kind > WIRE_RING)
        vp_fail("vm sends a packet of kind %d to task %d", kind, task->id);
    if (attach >= 0 && fcntl(attach, F_GETFD) < 0)
        vp_fail("vm attaches descriptor %d, which is closed", attach);
    if (task->dead || task->closed)
        return ERR_ABORTED;
    bool full = task->full;
    task->full = false;
    if (full)
        return ERR_WOULD_BLOCK;
    if (kind != WIRE_RING)
        note_answer(task, packet);
    return OK;
}

void transport_close(int fd)
{
    struct vp_task *task = task_of(fd);
    if (task)
        task->closed = true;
}

void vp_push(unsigned k, const struct packet *packet)
{
    struct vp_task *task = &vp_tasks[k];
    if (!task->granted || task->dead || task->closed || task->count == VP_MAX_QUEUE)
        return;
    unsigned at = (task->first + task->count++) % VP_MAX_QUEUE;
    task->broken[at] = !packet;
    if (packet)
        task->queue[at] = *packet;
    // What rings tells vm, but nobody has to.
    atomic_fetch_add(&task->page->peers[TASK_SLOT(VM_TASK)].bell, 1);
}

// --- Running ------------------------------------------------------------------------------------

void vp_run(void)
{
    if (setjmp(idle))
        return;
    for (unsigned n = 0; n < MAX_TURNS; n++) {
        shell_turn();
        shell_check();
    }
    vp_fail("vm never rests");
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
        vp_fail("call 0x%x of an honest task: %u answers, the last 0x%x of kind %d", packet.type,
                task->num_answers - before, task->answer.type, wire_kind(task->answer.word));
    memcpy(m, &task->answer, sizeof(*m));
}

void vp_finish(void)
{
    for (unsigned k = 0; k < VP_TASKS; k++)
        vp_end(k);
    vp_run();
    for (unsigned k = 0; k < VP_TASKS; k++) {
        if (vp_tasks[k].pid)
            vp_fail("vm keeps task %d, which has ended", vp_tasks[k].id);
    }
    if (!shell_is_empty())
        vp_fail("vm keeps something of the tasks");
    if (channel_count() != 1)
        vp_fail("%u channels are left", channel_count());
    if (next_fd() != lowest_fd)
        vp_fail("descriptors are left: %d is free, not %d", next_fd(), lowest_fd);
}
