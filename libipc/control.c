// Owns the task's side of the launcher channel. Only wire.h says what goes through it.

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
#include "futex.h"
#include "receive.h"
#include "transport.h"

struct control_boot control_boot;
void *control_landing;

static struct {
    char name[64];
    int fd;
} * files;
static unsigned num_files;
static int filter_fd = -1;
static const struct talk_table *talk_table;

// The answer to the request under way: a task has one at a time.
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

static void send_control(enum control_op op, struct packet *packet)
{
    packet->type = op;
    if (IS_ERROR(channel_send(launcher(), packet, WIRE_CONTROL, 0, 0, true)))
        _exit(EXIT_FAILURE); // the launcher is gone
}

// The launcher ends us in a moment; for as long as it takes, this task does nothing.
static void __noreturn sleep_until_killed(void)
{
    static _Atomic uint32_t never;
    const struct futex_word word = {&never, 0};
    for (;;)
        futex_wait(&word, 1, 0);
}

static void __noreturn bad_start(const char *why)
{
    fprintf(stderr, "%s: %s; tasks are started by oolong run SUITE.ini\n",
            program_invocation_short_name, why);
    exit(EXIT_FAILURE);
}

// The kernel drops descriptors for which there is no room, and says that it did.
static void __noreturn too_few_descriptors(void)
{
    fprintf(
        stderr,
        "it may not have enough descriptors: see 'files' in the suite file, and 'ulimit -Hn'\n");
    exit(EXIT_FAILURE);
}

static void receive_files(void)
{
    files = calloc(control_boot.num_files + 1, sizeof(*files));
    for (unsigned i = 0; files && i < control_boot.num_files; i++) {
        struct packet packet;
        int fd;
        int num_fds;
        error_t err = transport_recv(CONTROL_FD, &packet, true, &fd, 1, &num_fds);
        if (err == ERR_NOT_ACCEPTABLE)
            too_few_descriptors();
        if (IS_ERROR(err) || num_fds != 1)
            bad_start("the launcher sent no file");
        memcpy(files[i].name, packet.file.name, sizeof(files[i].name) - 1);
        files[i].fd = fd;
        num_files++;
    }
}

static error_t map_talk_table(int fd)
{
    void *addr = mmap(NULL, sizeof(*talk_table), PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (addr == MAP_FAILED)
        return ERR_NO_MEMORY;
    talk_table = addr;
    return OK;
}

static void *map_landing(int fd, uint64_t ool_len)
{
    void *addr = mmap(NULL, ool_landing_len((size_t)ool_len), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_NORESERVE, fd, 0);
    close(fd);
    return addr == MAP_FAILED ? NULL : addr;
}

void control_start(void)
{
    struct packet packet;
    int fds[PACKET_MAX_FDS];
    int num_fds = 0;
    error_t err = transport_recv(CONTROL_FD, &packet, true, fds, PACKET_MAX_FDS, &num_fds);
    if (err == ERR_NOT_ACCEPTABLE)
        too_few_descriptors();
    if (IS_ERROR(err) || packet.type != CTL_BOOT || num_fds < 1)
        bad_start("it was not started by the launcher");

    control_boot = packet.boot;
    bool is_vm = control_boot.task == VM_TASK;
    int expected = 1 + (is_vm ? 1 : 3) + (control_boot.num_filter > 0);
    if (num_fds != expected)
        bad_start("the launcher sent the wrong descriptors");
    channel_own_page = mmap(NULL, STATE_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fds[0], 0);
    if (channel_own_page == MAP_FAILED || IS_ERROR(transport_init()) ||
        IS_ERROR(channel_add(KERNEL_TASK, 0, CONTROL_FD, -1)) ||
        IS_ERROR(is_vm ? map_talk_table(fds[1])
                       : channel_add(VM_TASK, control_boot.vm_chan, fds[1], fds[2])))
        bad_start("not enough memory");
    close(fds[0]);
    if (!is_vm)
        control_landing = map_landing(fds[3], control_boot.ool_len);
    if (!is_vm && !control_landing)
        bad_start("its memory does not suffice for its landing buffers");
    if (control_boot.num_filter > 0)
        filter_fd = fds[num_fds - 1];
    receive_files();

    // Where Yama restricts ptrace to children (Ubuntu), vm may read our memory all the same. Where
    // there is no Yama, the call fails, and is not needed.
    prctl(PR_SET_PTRACER, control_boot.vm_pid, 0, 0, 0);
}

static void send_digests(void)
{
    struct packet packet = {0};
    struct control_digests *d = &packet.digests;
    for (unsigned i = 0; i < oolong_idl_num_messages; i++) {
        const struct idl_message *message = &oolong_idl_messages[i];
        if (message->id & MSG_REPLY_BIT)
            break; // they are sorted
        d->numbers[d->count] = message->id;
        d->digests[d->count] = message->digest;
        if (++d->count == CONTROL_MAX_DIGESTS) {
            send_control(CTL_DIGESTS, &packet);
            d->count = 0;
        }
    }
    if (d->count > 0)
        send_control(CTL_DIGESTS, &packet);
}

void control_confine(void)
{
    if (filter_fd < 0)
        return;
    size_t size = control_boot.num_filter * sizeof(struct sock_filter);
    struct sock_filter *code = malloc(size);
    if (!code || pread(filter_fd, code, size, 0) != (ssize_t)size)
        bad_start("the sandbox filter cannot be read");
    struct sock_fprog prog = {.len = (unsigned short)control_boot.num_filter, .filter = code};
    close(filter_fd);
    // For all threads: vm has two.
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &prog))
        bad_start("the sandbox filter cannot be installed");
    free(code);
}

void control_ready(void)
{
    send_digests();
    struct packet packet = {0};
    send_control(CTL_READY, &packet);
}

void *ipc_take_landing(task_t task, size_t *len)
{
    struct channel *ch = channel_find(task);
    void *landing = ch ? ch->landing : NULL;
    *len = landing ? ool_landing_len((size_t)ch->peer_ool_len) : 0;
    if (ch)
        ch->landing = NULL;
    return landing;
}

// What is refused of the next grant's peer, until that grant comes.
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
        return; // the grant says that there are more, and is not taken
    memcpy(next_refused.numbers + next_refused.count, more->numbers,
           n * sizeof(*next_refused.numbers));
    next_refused.count += n;
}

// Gives what is refused to its channel. A channel that cannot have it is ended: who does not know
// what to refuse would misread it.
static error_t take_refused(struct channel *ch, const struct control_grant *grant)
{
    uint32_t count = next_refused.task == grant->task ? next_refused.count : 0;
    uint16_t *numbers = count > 0 ? malloc(count * sizeof(*numbers)) : NULL;
    if (numbers)
        memcpy(numbers, next_refused.numbers, count * sizeof(*numbers));
    free(next_refused.numbers);
    memset(&next_refused, 0, sizeof(next_refused));
    ch->refused = numbers;
    ch->num_refused = numbers ? count : 0;
    if (ch->num_refused == grant->num_refused)
        return OK;
    channel_end(ch, "there is no memory for what is refused of it");
    return ERR_NO_MEMORY;
}

static void on_grant(struct packet *packet, int *fds, int num_fds)
{
    const struct control_grant *grant = &packet->grant;
    bool is_vm = control_boot.task == VM_TASK;
    if (num_fds != (is_vm ? 3 : grant->ring_size ? 4 : 2))
        return;
    error_t err = grant->ring_size ? channel_add_shm(grant, fds)
                                   : channel_add(grant->task, grant->chan, fds[0], fds[1]);
    if (is_vm && IS_ERROR(err))
        close(fds[2]);
    if (IS_OK(err)) {
        struct channel *ch = channel_find(grant->task);
        ch->peer_ool_len = grant->ool_len;
        ch->landing = is_vm ? map_landing(fds[2], grant->ool_len) : NULL;
        err = take_refused(ch, grant);
    }
    if (IS_ERROR(err)) { // whoever asked for it waits for a word
        answer.arrived = true;
        answer.body = (struct control_answer){CTL_CONNECT, grant->task, err};
    }
    struct packet ack = {.task = {.task = grant->task}};
    send_control(CTL_GRANT_ACK, &ack);
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

void control_handle(struct packet *packet, int *fds, int num_fds)
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
        receive_pend(NOTIFY_IRQ);
        break;
    default:
        WARN("the launcher sent control packet %d, which is unknown", packet->type);
    }
}

// Handles what comes from the launcher until `task` (-1: none) has a channel or the answer is
// there. Messages are kept for the next open receive.
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
        if (channel_read(launcher(), &packet, -1, NULL) == IN_MESSAGE_OF_LAUNCHER)
            channel_stash(launcher(), &packet);
    }
}

error_t control_connect(task_t task, struct channel **ch)
{
    if (task == control_boot.task)
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
    send_control(CTL_CONNECT, &packet);
    OK_OR_RETURN(await_launcher(CTL_CONNECT, task));
    *ch = channel_find(task);
    return *ch ? OK : ERR_INVALID_TASK;
}

static error_t request(enum control_op op, struct packet *packet)
{
    answer.arrived = false;
    send_control(op, packet);
    return await_launcher(op, -1);
}

error_t task_destroy(task_t task)
{
    struct packet packet = {.task = {.task = task}};
    return request(CTL_DESTROY, &packet);
}

error_t task_schedule(task_t task, int priority)
{
    struct packet packet = {.task = {.task = task, .value = priority}};
    return request(CTL_SCHEDULE, &packet);
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
    error_t err = request(CTL_KDEBUG, &packet);
    if (buf && buf_len > 0)
        buf[answer.text_len] = '\0';
    answer.text = NULL;
    answer.text_size = 0;
    answer.prints = false;
    return err;
}

int ipc_own_core(void)
{
    return control_boot.core;
}

const struct talk_table *ipc_talk_table(void)
{
    return talk_table;
}

error_t ipc_control_reap(task_t task)
{
    struct packet packet = {.task = {.task = task}};
    send_control(CTL_REAP, &packet);
    return OK;
}

void ipc_control_copying(void)
{
    struct packet packet = {0};
    send_control(CTL_COPYING, &packet);
}

error_t ipc_control_launch(uint32_t token, const char *text, size_t len)
{
    size_t at = 0;
    do {
        struct packet packet = {.text = {.token = token}};
        size_t n = MIN(len - at, sizeof(packet.text.text));
        memcpy(packet.text.text, text + at, n);
        packet.text.len = (uint16_t)n;
        at += n;
        packet.text.more = at < len;
        send_control(CTL_LAUNCH, &packet);
    } while (at < len);
    return OK;
}

void ipc_control_closed(void)
{
    struct packet packet = {0};
    send_control(CTL_CLOSED, &packet);
}

error_t ipc_control_memfd(task_t owner, bool is_pages, size_t size, int fds[2])
{
    struct packet packet = {.task = {.task = owner, .value = is_pages, .size = size}};
    OK_OR_RETURN(request(CTL_MEMFD, &packet));
    fds[0] = answer.fds[0];
    fds[1] = answer.fds[1];
    return fds[0] >= 0 && fds[1] >= 0 ? OK : ERR_NO_MEMORY;
}

int task_file(const char *name)
{
    for (unsigned i = 0; i < num_files; i++) {
        if (!strcmp(files[i].name, name))
            return files[i].fd;
    }
    return ERR_NOT_FOUND;
}

uint32_t task_rights(void)
{
    return control_boot.rights;
}

const char *task_name(void)
{
    return control_boot.name[0] ? control_boot.name : program_invocation_short_name;
}

task_t task_self(void)
{
    return control_boot.task;
}

void task_abort(void)
{
    struct packet packet = {.type = CTL_ABORT};
    packet.word = wire_word(WIRE_CONTROL, 0, 0);
    if (control_boot.num_filter == 0)
        abort(); // no launcher, or a debugger, which stops here
    if (IS_OK(transport_send(CONTROL_FD, &packet, true, -1)))
        sleep_until_killed();
    __builtin_trap();
}

void control_trap(int nr, uint32_t arch, uintptr_t ip)
{
    struct packet packet = {.type = CTL_TRAP, .trap = {.nr = nr, .arch = arch, .ip = ip}};
    packet.word = wire_word(WIRE_CONTROL, 0, 0);
    error_t err = transport_send(CONTROL_FD, &packet, false, -1);
    _exit(IS_ERROR(err) ? 158 : 159); // 128 + SIGSYS
}
