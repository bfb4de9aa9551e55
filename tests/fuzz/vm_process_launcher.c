// See vm_process.h: the launcher, which is honest and answers at once.
#include <string.h>
#include <unistd.h>
#include <oolong/internal.h>
#include "vm_process_private.h"

#define LAUNCHER_MAX 256

struct vp_launcher vp_launcher;

// The messages that the launcher sends.
static struct said {
    struct packet packet;
    int fds[3];
    int num_fds;
} said[LAUNCHER_MAX];
static unsigned num_said;
static uint32_t next_chan;

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
        refused.refused.numbers[0] = MSG_ID(BENCHMARK_NOP_MSG);
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
    grant->fds[GRANT_FD_PAGE] = vp_launcher.no_page ? fd_open_file() : vp_open_page(ch);
    grant->fds[GRANT_FD_LANDING] = vp_launcher.no_landing ? fd_open_file() : vp_open_landing(ch);
    task->granted = !vp_launcher.no_page && !vp_launcher.no_watch;
}

void vp_start(unsigned k)
{
    struct vp_task *task = &vp_tasks[k];
    struct vp_channel *ch = &task->channels[(unsigned)task->gen % VP_CHANNELS];
    // vm may still have the channel to the slot's last task. It must no longer have the channel to
    // the task before that one, because the new task reuses its descriptors and memory.
    if (task->pid || ch->watched || num_said > LAUNCHER_MAX / 2)
        return;
    vp_reset_task(task);
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

// Once vm has forgotten a zombie, any new process may get its process id.
static void on_reap(task_t id)
{
    struct vp_task *task = by_id(id);
    if (!task)
        return; // the input reported the end of a task that never existed
    if (!task->dead || !task->pid)
        target_fail("vm has forgotten task %d, which lives", id);
    task->pid = 0;
    if (vp_launcher.restarts && task < &vp_tasks[VP_HOSTILE])
        vp_start((unsigned)(task - vp_tasks));
}

void launcher_hear(const struct packet *packet)
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

bool launcher_has_said(void)
{
    return num_said > 0;
}

error_t launcher_recv(struct packet *packet, bool wait, int *fds, int max_fds, int *num_fds)
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

void launcher_boot(int page_fd, int talk_fd)
{
    struct packet boot = {.type = CTL_BOOT, .word = wire_word(WIRE_CONTROL, 0, 0)};
    boot.boot.task = VM_TASK;
    boot.boot.wire = WIRE_VERSION;
    boot.boot.vm_pid = 1;
    boot.boot.core = -1;
    strcpy(boot.boot.name, "vm");
    struct said *s = say(&boot);
    s->fds[0] = page_fd;
    s->fds[1] = talk_fd;
    s->num_fds = 2;
}

void launcher_reset(void)
{
    next_chan = 1;
    vp_launcher = (struct vp_launcher){0};
}
