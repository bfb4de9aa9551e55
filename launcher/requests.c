// See requests.h. A table has a row for each control packet: which task may send it, and in which
// phase. Any other packet ends its sender.
#include "requests.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <oolong/log_limit.h>
#include <oolong/message.h>
#include "boot.h"
#include "digests.h"
#include "log.h"
#include "metrics.h"
#include "program.h"
#include "ps.h"
#include "reap.h"
#include "sandbox.h"
#include "segments.h"
#include "spawn.h"
#include "stall.h"
#include "stop.h"
#include "violation.h"
#include "vmlink.h"

#define MAX_LAUNCH_TEXT     (8 << 10)
#define MAX_QUEUED          4096 // packets that wait for a task to read its answers
#define MAX_MEMFD           (1ull << 40)
#define INSPECT_BURST       20                // texts about all tasks that one may ask for,
#define INSPECT_INTERVAL_NS (100 * NS_PER_MS) // and then one in each such time
#define TRAP_GRACE_MS       5000              // for the core file to be written

// The text that vm wants launched, which arrives in pieces.
static struct {
    uint32_t token;
    size_t len;
    char text[MAX_LAUNCH_TEXT + 1];
} launch;

static void on_digests(struct task *task, const struct packet *packet)
{
    const char *rule = digests_add(task, &packet->digests);
    if (rule)
        task_violates(task, rule);
}

static void answer(struct task *task, enum control_op op, error_t error)
{
    channels_answer(&suite.channels, task->id, op, 0, error);
}

static void on_ready(struct task *task, const struct packet *packet)
{
    (void)packet;
    int filters = sandbox_count_filters(task->task_pid);
    if (!task->debugged && filters != -2 && filters != suite.own_filters + 2) {
        // Suspect only: a process that is ending has no filters any more.
        task_is_suspect(task, "reported that it is ready without both of its filters");
        return;
    }
    const char *interface = digests_dispute_with_vm(task);
    if (interface) {
        log_error("task %s and vm were built with different versions of interface '%s'",
                  task->spec->name, interface);
        task_violates(task, "must be built again");
        return;
    }
    task->phase = TASK_READY;
    channels_ready(&suite.channels, task->id);
    log_verbose(2, "task %s (%d) is ready", task->spec->name, task->id);
    if (task->id == VM_TASK)
        boot_tasks();
}

static void on_connect(struct task *task, const struct packet *packet)
{
    log_verbose(2, "task %s (%d) asks for task %d", task->spec->name, task->id, packet->task.task);
    channels_connect(&suite.channels, task->id, packet->task.task);
}

static void on_grant_ack(struct task *task, const struct packet *packet)
{
    if (!channels_ack(&suite.channels, task->id, packet->task.task))
        task_violates(task, "acknowledged a channel that it was not given");
}

static void send_text(struct task *task, uint32_t token, const char *text, error_t error)
{
    size_t len = strlen(text);
    do {
        struct packet packet = {.type = CTL_TEXT, .word = wire_word(WIRE_CONTROL, 0, 0)};
        size_t part = MIN(len, sizeof(packet.text.text));
        packet.text.token = token;
        packet.text.error = error;
        packet.text.len = (uint16_t)part;
        memcpy(packet.text.text, text, part);
        text += part;
        len -= part;
        packet.text.more = len > 0;
        channels_push(&suite.channels, task->id, &packet, NULL, 0);
    } while (len);
}

static char *help_text(void)
{
    return xasprintf("ps       prints the table of tasks\n"
                     "metrics  prints figures of each, for Prometheus\n"
                     "_log     the last messages of the launcher\n"
                     "_        does nothing\n"
                     "q        ends the suite\n");
}

// The commands of sys_kdebug(). A text about all tasks takes time, so its rate is limited.
static const struct command {
    const char *name;
    unsigned right; // 0: any task may use it
    char *(*make_text)(void);
} commands[] = {
    {"", 0, NULL},
    {"_", 0, NULL},
    {"help", 0, help_text},
    {"ps", RIGHT_INSPECT, ps_text},
    {"metrics", RIGHT_INSPECT, metrics_text},
    {"_log", RIGHT_INSPECT, log_recent},
    {"q", RIGHT_QUIT, NULL},
};

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (!strcmp(commands[i].name, name))
            return &commands[i];
    }
    return NULL;
}

static error_t check_command(struct task *task, const struct command *command)
{
    if (!command)
        return ERR_NOT_FOUND;
    if (command->right & ~task->spec->rights) {
        log_verbose(1, "task %s may not have '%s': it has no rights = %s", task->spec->name,
                    command->name, command->right == RIGHT_QUIT ? "quit" : "inspect");
        return ERR_NOT_PERMITTED;
    }
    if (command->right == RIGHT_INSPECT &&
        !rate_pass(&task->inspect_full_ns, INSPECT_BURST, INSPECT_INTERVAL_NS, now_ns()))
        return ERR_TRY_AGAIN;
    return OK;
}

static void on_kdebug(struct task *task, const struct packet *packet)
{
    const struct control_text *t = &packet->text;
    char name[sizeof(t->text) + 1] = "";
    if (t->len <= sizeof(t->text))
        memcpy(name, t->text, t->len);
    const struct command *command = find_command(name);
    error_t error = check_command(task, command);
    char *text = error == OK && command->make_text ? command->make_text() : NULL;
    send_text(task, t->token, text ? text : "", error);
    free(text);
    if (error == OK && command->right == RIGHT_QUIT) {
        log_verbose(1, "task %s ends the suite", task->spec->name);
        stop_suite(0);
    }
}

// Whether `task` may end the other task or change its priority.
static bool may_rule(const struct task *task, task_t other)
{
    if (other == task->id)
        return true;
    if (other != VM_TASK && (task->id == VM_TASK || task->spec->rights & RIGHT_DESTROY))
        return true;
    if (other != VM_TASK)
        log_verbose(1, "task %s may not end others: 'rights = destroy' would allow it",
                    task->spec->name);
    return false;
}

static void on_destroy(struct task *task, const struct packet *packet)
{
    struct task *other = task_find(packet->task.task);
    error_t error = OK;
    if (!other || other->phase == TASK_ENDED)
        error = ERR_INVALID_TASK;
    else if (!may_rule(task, other->id))
        error = ERR_NOT_PERMITTED;
    answer(task, CTL_DESTROY, error);
    if (error == OK) {
        other->destroyed = true;
        task_kill(other, SIGKILL);
    }
}

// Priorities are 0 (highest) to 7. A task starts with 3.
static void on_schedule(struct task *task, const struct packet *packet)
{
    static const int nice_values[] = {-15, -10, -5, 0, 5, 10, 15, 19};
    struct task *other = task_find(packet->task.task);
    int priority = packet->task.value;
    error_t error = OK;
    if (!other || other->phase == TASK_ENDED)
        error = ERR_INVALID_TASK;
    else if (!may_rule(task, other->id))
        error = ERR_NOT_PERMITTED;
    else if (priority < 0 || priority > 7)
        error = ERR_INVALID_ARG;
    else if (setpriority(PRIO_PROCESS, (id_t)other->pid, nice_values[priority]) < 0)
        error = ERR_NOT_PERMITTED;
    answer(task, CTL_SCHEDULE, error);
}

static void on_trap(struct task *task, const struct packet *packet)
{
    task->trapped = true;
    task->trap = packet->trap;
    task->kill_at_ns = now_ns() + TRAP_GRACE_MS * NS_PER_MS;
}

static void on_abort(struct task *task, const struct packet *packet)
{
    (void)packet;
    task_kill(task, SIGABRT);
}

static void on_reap(struct task *task, const struct packet *packet)
{
    (void)task;
    reap_task(packet->task.task);
}

// Starts "NAME ARGUMENTS": a task of the suite, or an installed program.
static task_t launch_text(const char *text)
{
    struct strings words = {0};
    task_t id = ERR_INVALID_ARG;
    if (!split_command(text, &words) && words.len && is_plain_name(words.items[0]) &&
        strcmp(words.items[0], "vm")) {
        struct strings args = {words.items + 1, words.len - 1};
        struct task_spec *spec = manifest_find(&suite.manifest, words.items[0]);
        char *path = NULL;
        if (!spec && program_find(words.items[0], &path))
            spec = manifest_add_program(&suite.manifest, words.items[0]);
        id = spec ? task_start(spec, &args) : ERR_NOT_FOUND;
        free(path);
    }
    strings_free(&words);
    return id;
}

static void on_launch(struct task *vm, const struct packet *packet)
{
    const struct control_text *t = &packet->text;
    if (t->token != launch.token)
        launch.len = 0;
    launch.token = t->token;
    if (t->len > sizeof(t->text)) {
        task_violates(vm, "sent a text of a wrong length");
        return;
    }
    bool fits = launch.len + t->len <= MAX_LAUNCH_TEXT;
    if (fits)
        memcpy(launch.text + launch.len, t->text, t->len);
    launch.len = fits ? launch.len + t->len : MAX_LAUNCH_TEXT + 1;
    if (t->more)
        return;
    task_t id = ERR_TOO_LARGE;
    if (launch.len <= MAX_LAUNCH_TEXT) {
        launch.text[launch.len] = '\0';
        id = stop_has_begun() ? ERR_UNAVAILABLE : launch_text(launch.text);
    }
    launch.len = 0;
    vm_launched(t->token, id);
}

static void on_memfd(struct task *vm, const struct packet *packet)
{
    struct task *owner = task_find(packet->task.task);
    uint64_t size = packet->task.size;
    int fds[2];
    if (!owner || !size || size > MAX_MEMFD) {
        answer(vm, CTL_MEMFD, ERR_INVALID_ARG);
    } else if (!segments_make(owner, packet->task.value == 1, size, fds)) {
        answer(vm, CTL_MEMFD, ERR_NO_MEMORY);
    } else {
        struct packet reply = {.type = CTL_ANSWER, .word = wire_word(WIRE_CONTROL, 0, 0)};
        reply.answer.op = CTL_MEMFD;
        channels_push(&suite.channels, vm->id, &reply, fds, 2);
    }
}

static void on_closed(struct task *vm, const struct packet *packet)
{
    (void)vm, (void)packet;
    segments_closed();
}

static void on_copying(struct task *vm, const struct packet *packet)
{
    (void)vm, (void)packet;
    stall_watch();
}

#define STARTING (1u << TASK_STARTING)
#define READY    (1u << TASK_READY)

static const struct row {
    enum control_op op;
    unsigned phases; // of the sender, as bits
    bool vm_only;
    void (*handle)(struct task *task, const struct packet *packet);
} rows[] = {
    {CTL_DIGESTS, STARTING, false, on_digests},
    {CTL_READY, STARTING, false, on_ready},
    {CTL_CONNECT, READY, false, on_connect},
    {CTL_GRANT_ACK, STARTING | READY, false, on_grant_ack},
    {CTL_KDEBUG, READY, false, on_kdebug},
    {CTL_DESTROY, READY, false, on_destroy},
    {CTL_SCHEDULE, READY, false, on_schedule},
    {CTL_TRAP, STARTING | READY, false, on_trap},
    {CTL_ABORT, STARTING | READY, false, on_abort},
    {CTL_REAP, READY, true, on_reap},
    {CTL_LAUNCH, READY, true, on_launch},
    {CTL_MEMFD, READY, true, on_memfd},
    {CTL_CLOSED, READY, true, on_closed},
    {CTL_COPYING, READY, true, on_copying},
};

// Whether the new process reports that it could not run its program. It ends then.
static bool is_exec_failure(struct task *task, const struct packet *packet)
{
    const struct control_text *t = &packet->text;
    if (packet->type != CTL_ANSWER || task->phase != TASK_STARTING || task->num_digests ||
        t->len >= sizeof(t->text) || task->exec_error)
        return false;
    task->exec_error = xasprintf("%.*s: %s", (int)t->len, t->text, strerror(t->error));
    return true;
}

void request_handle(struct task *task, const struct packet *packet)
{
    // Of a task that has ended, only packets that explain its end count.
    bool is_over = task->exited || task->trapped || task->violation || task->suspicion;
    if (wire_kind(packet->word) != WIRE_CONTROL) {
        task_violates(task, "sent the launcher a packet that is not a control packet");
        return;
    }
    if (is_exec_failure(task, packet) || (is_over && packet->type != CTL_TRAP))
        return;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        if (row->op != (enum control_op)packet->type || !(row->phases & (1u << task->phase)) ||
            (row->vm_only && task->id != VM_TASK))
            continue;
        if (task->id != VM_TASK && row->op != CTL_GRANT_ACK &&
            suite.channels.endpoints[TASK_SLOT(task->id)].num_queued > MAX_QUEUED)
            task_violates(task, "sends requests and does not read the answers");
        else
            row->handle(task, packet);
        return;
    }
    task_violates(task, "sent a control packet that it may not send");
}
