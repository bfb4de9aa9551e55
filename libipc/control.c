// Owns the task's side of the launcher channel. wire.h describes its packets.

#include "control.h"
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <oolong/idl_tables.h>
#include <oolong/internal.h>
#include <resea/printf.h>
#include <resea/syscall.h>
#include <resea/task.h>
#include "channel.h"
#include "inbox.h"
#include "link.h"
#include "map.h"
#include "self.h"

// The answer to the request under way. A task has at most one.
static struct {
    bool arrived;
    struct control_answer body;
    int fds[2];
    // CTL_KDEBUG: where the text goes.
    char *text;
    size_t text_size, text_len;
    bool prints; // to standard output
} answer;

static struct channel *launcher(void)
{
    return channel_find(KERNEL_TASK);
}

void control_send(enum control_op op, struct packet *packet)
{
    packet->type = op;
    if (IS_ERROR(link_send(launcher(), packet, WIRE_CONTROL, 0, 0, true)))
        _exit(EXIT_FAILURE); // the launcher is gone
}

// The methods that CTL_REFUSED packets named, until the grant comes that they belong to.
static struct {
    task_t task;
    uint32_t count;
    uint16_t *numbers; // NULL: there is no memory, or there are none
} next_refused;

static void on_refused(const struct control_refused *more)
{
    uint32_t n = MIN(more->count, (uint32_t)CONTROL_MAX_REFUSED);
    if (next_refused.task != more->task)
        next_refused.count = 0;
    next_refused.task = more->task;
    // All numbers that there are: it need not grow.
    if (!next_refused.numbers)
        next_refused.numbers = malloc((MSG_REPLY_BIT) * sizeof(*next_refused.numbers));
    if (!next_refused.numbers || next_refused.count + n > MSG_REPLY_BIT)
        return; // the grant has another count, and is then not accepted
    memcpy(next_refused.numbers + next_refused.count, more->numbers,
           n * sizeof(*next_refused.numbers));
    next_refused.count += n;
}

// Gives the list of refused methods to its channel. Without memory for the whole list the channel
// ends: a task that does not know all of them would misread a message.
static error_t take_refused(struct channel *ch, const struct control_grant *grant)
{
    uint32_t count = next_refused.task == grant->task ? next_refused.count : 0;
    uint16_t *numbers = count > 0 ? malloc(count * sizeof(*numbers)) : NULL;
    if (numbers)
        memcpy(numbers, next_refused.numbers, count * sizeof(*numbers));
    free(next_refused.numbers);
    memset(&next_refused, 0, sizeof(next_refused));
    ch->peer.refused = numbers;
    ch->peer.num_refused = numbers ? count : 0;
    if (ch->peer.num_refused == grant->num_refused)
        return OK;
    link_end(ch, "there is no memory for what is refused of it");
    return ERR_NO_MEMORY;
}

static void on_grant(struct packet *packet, int *fds, int num_fds)
{
    const struct control_grant *grant = &packet->grant;
    bool is_vm = ipc_self.boot.task == VM_TASK;
    if (num_fds != (is_vm              ? GRANT_NUM_FDS_TO_VM
                    : grant->ring_size ? GRANT_NUM_FDS_OF_SHM
                                       : GRANT_NUM_FDS))
        return;
    error_t err = grant->ring_size ? link_add_shm(grant, fds)
                                   : link_add(grant->task, grant->chan, fds[GRANT_FD_SOCKET],
                                              fds[GRANT_FD_PAGE]);
    if (is_vm && IS_ERROR(err))
        close(fds[GRANT_FD_LANDING]);
    if (IS_OK(err)) {
        struct channel *ch = channel_find(grant->task);
        ch->peer.ool_len = grant->ool_len;
        ch->vm.landing = is_vm ? map_landing(fds[GRANT_FD_LANDING], grant->ool_len) : NULL;
        err = take_refused(ch, grant);
    }
    if (IS_ERROR(err)) { // a caller may be waiting for the channel
        answer.arrived = true;
        answer.body = (struct control_answer){CTL_CONNECT, grant->task, err};
    }
    struct packet ack = {.task = {.task = grant->task}};
    control_send(CTL_GRANT_ACK, &ack);
}

static void on_text(const struct control_text *text)
{
    size_t room = answer.text_size - answer.text_len;
    size_t len = MIN((size_t)text->len, sizeof(text->text));
    size_t n = MIN(len, room);
    if (answer.prints)
        sys_console_write(text->text, len);
    if (answer.text && n > 0)
        memcpy(answer.text + answer.text_len, text->text, n);
    answer.text_len += n;
    if (!text->more) {
        answer.arrived = true;
        answer.body = (struct control_answer){.op = CTL_KDEBUG, .error = text->error};
    }
}

static void on_packet(struct packet *packet, int *fds, int num_fds)
{
    switch (packet->type) {
    case CTL_GRANT:
        on_grant(packet, fds, num_fds);
        break;
    case CTL_REFUSED:
        on_refused(&packet->refused);
        break;
    case CTL_ANSWER:
        answer.arrived = true;
        answer.body = packet->answer;
        answer.fds[0] = num_fds > 0 ? fds[0] : -1;
        answer.fds[1] = num_fds > 1 ? fds[1] : -1;
        break;
    case CTL_TEXT:
        on_text(&packet->text);
        break;
    case CTL_CONSOLE:
    case CTL_STOP:
        inbox_pend(NOTIFY_IRQ);
        break;
    default:
        WARN("the launcher sent control packet %d, which is unknown", packet->type);
    }
}

void control_listen(void)
{
    link_on_control(on_packet);
}

// Reads packets of the launcher until there is a channel to `task` (-1: none) or the answer has
// come. Messages are stashed for the next open receive.
static error_t await_launcher(enum control_op op, task_t task)
{
    for (;;) {
        if (task >= 0 && channel_find(task))
            return OK;
        if (answer.arrived) {
            answer.arrived = false;
            // A late answer to a CONNECT that a grant has overtaken is not ours.
            if (answer.body.op == (int)op && (task < 0 || answer.body.task == task))
                return answer.body.error;
        }
        struct packet packet;
        if (link_read(launcher(), &packet, -1, NULL) == IN_MESSAGE_OF_LAUNCHER)
            link_stash(launcher(), &packet);
    }
}

error_t control_connect(task_t task, struct channel **ch)
{
    if (task == ipc_self.boot.task)
        return ERR_INVALID_ARG;
    if (task <= KERNEL_TASK || TASK_SLOT(task) >= CONFIG_NUM_TASKS || TASK_SLOT(task) == 0)
        return ERR_INVALID_TASK;
    *ch = channel_find(task);
    if (*ch)
        return OK;
    if (channel_find_any(task))
        return ERR_INVALID_TASK;

    struct packet packet = {.task = {.task = task}};
    answer.arrived = false;
    control_send(CTL_CONNECT, &packet);
    OK_OR_RETURN(await_launcher(CTL_CONNECT, task));
    *ch = channel_find(task);
    return *ch ? OK : ERR_INVALID_TASK;
}

error_t control_request(enum control_op op, struct packet *packet)
{
    answer.arrived = false;
    control_send(op, packet);
    return await_launcher(op, -1);
}

void control_take_fds(int fds[2])
{
    fds[0] = answer.fds[0];
    fds[1] = answer.fds[1];
}

error_t task_destroy(task_t task)
{
    struct packet packet = {.task = {.task = task}};
    return control_request(CTL_DESTROY, &packet);
}

error_t task_schedule(task_t task, int priority)
{
    struct packet packet = {.task = {.task = task, .value = priority}};
    return control_request(CTL_SCHEDULE, &packet);
}

error_t sys_kdebug(const char *cmd, size_t cmd_len, char *buf, size_t buf_len)
{
    struct packet packet = {0};
    if (cmd_len > sizeof(packet.text.text))
        return ERR_TOO_LARGE;
    memcpy(packet.text.text, cmd, cmd_len);
    packet.text.len = (uint16_t)cmd_len;
    answer.prints = !buf || buf_len == 0;
    if (answer.prints && cmd_len == 4 && !memcmp(cmd, "_log", cmd_len))
        return ERR_TOO_SMALL;
    answer.text = buf;
    answer.text_size = buf && buf_len > 0 ? buf_len - 1 : 0;
    answer.text_len = 0;
    error_t err = control_request(CTL_KDEBUG, &packet);
    if (buf && buf_len > 0)
        buf[answer.text_len] = '\0';
    answer.text = NULL;
    answer.text_size = 0;
    answer.prints = false;
    return err;
}
