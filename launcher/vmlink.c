// See vmlink.h. These are messages from KERNEL_TASK. They are in one queue with vm's grants, so vm
// knows a task before it receives from it.
#include "vmlink.h"
#include <stdio.h>
#include <string.h>
#include <oolong/message.h>
#include "log.h"

static struct packet as_packet(const struct message *m)
{
    struct packet packet;
    _Static_assert(sizeof(packet) == sizeof(*m), "a packet is a message");
    memcpy(&packet, m, sizeof(packet));
    packet.word = wire_word(WIRE_NOBLOCK, 0, 0);
    return packet;
}

static void tell_vm(const struct message *m)
{
    struct packet packet = as_packet(m);
    channels_push(&suite.channels, VM_TASK, &packet, NULL, 0);
}

static void tell_may_serve(task_t task, const char *name)
{
    struct message m = {.type = LAUNCHER_MAY_SERVE_MSG};
    m.launcher_may_serve.task = task;
    snprintf(m.launcher_may_serve.name, sizeof(m.launcher_may_serve.name), "%s", name);
    tell_vm(&m);
}

void vm_announce(struct task *task)
{
    const struct task_spec *spec = task->spec;
    // A task under a debugger may send its first packet after vm has ended.
    if (task->id == VM_TASK || task->announced || !task_find(VM_TASK))
        return;
    task->announced = true;

    struct message m = {.type = LAUNCHER_STARTED_MSG};
    m.launcher_started.task = task->id;
    m.launcher_started.pid = task->task_pid;
    m.launcher_started.rights = spec->rights;
    m.launcher_started.ool_len = spec->ool_len;
    snprintf(m.launcher_started.name, sizeof(m.launcher_started.name), "%s", spec->name);
    tell_vm(&m);
    for (size_t i = 0; i < spec->serves.len; i++)
        tell_may_serve(task->id, spec->serves.items[i]);

    // Last: as soon as vm has the channel, it may read the task's first request, before the packets
    // that are queued after the grant.
    int end = task->vm_end, landing = task->landing_fd;
    task->vm_end = task->landing_fd = -1;
    if (!channels_grant_vm(&suite.channels, task->id, task->vm_chan, end, landing)) {
        log_error("task %s: no descriptors left for its channel to vm (see 'ulimit -Hn')",
                  spec->name);
        task_kill(task, SIGKILL);
    }
}

struct packet vm_end_note(task_t id, int exception, int status)
{
    struct message m = {.type = EXCEPTION_MSG};
    m.exception.task = id;
    m.exception.exception = exception;
    m.exception.status = status;
    return as_packet(&m);
}

void vm_launched(uint32_t token, task_t task)
{
    struct message m = {.type = LAUNCHER_LAUNCHED_MSG};
    m.launcher_launched.token = token;
    m.launcher_launched.task = task;
    tell_vm(&m);
}
