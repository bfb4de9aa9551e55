// The fuzz target `launcher-process`: the launcher and hostile tasks at their control channels. The
// tasks send packets of every kind and of wrong sizes, in any order, at any time and with
// descriptors. They leave answers unread, and end in every way. vm and two tasks keep to the rules.
// In every fourth input vm does not, and may then end the suite.
//
// steps.h says what an input is. With any input, the launcher goes on and sends packets in the form
// and order of wire.h. It serves the tasks that keep to the rules, and ends none of them. At the
// end of the suite no task, descriptor, timer or byte of memory is left.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <oolong/idl_tables.h>
#include "launcher_process.h"
#include "reap.h"
#include "steps.h"
#include "target.h"

enum step_kind {
    STEP_REQUEST, // the task sends a request; `a`: which; `b`: its variant
    STEP_OBEY,    // it reads `a` packets and handles them as a task should
    STEP_READ,    // it reads `a` packets and does nothing
    STEP_PACKET, // it sends the bytes as a packet; `a` bit 0: a control packet; bit 1: a known type
    STEP_SIZE,   // it sends `len` zeros with `a` descriptors
    STEP_FLOOD,  // it sends the request `len` times
    STEP_END,    // it ends; `a`: by which signal, or with which status
    STEP_HANG_UP, // it closes its end
    STEP_FILTERS, // the kernel reports `a` filters for it
    STEP_PAGE,    // it writes `value` into its page, at `len`
    STEP_LAUNCH,  // vm asks to launch a program
    STEP_VM,      // vm sends a request; `a`: which
    STEP_TIME,    // `len` milliseconds pass
    STEP_SIGNAL,  // the user ends the suite
    STEP_FAIL,    // a call of the launcher fails; `a`: which; after `b` others of its kind
    STEP_GDB,     // the debugged task ends; `a` bit 0: instead, its debugger sends its packets
    STEP_NUM,
};

_Static_assert(STEP_NUM == STEPS_NUM, "CMakeLists.txt and the script mutator have the number");

// The last task may end others and the suite.
#define NUM_EVIL 4
static const char *const evil[NUM_EVIL] = {"evil0", "evil1", "evil2", "evil3"};

static const char suite_text[] =
    "[suite]\nname = fuzz\n"
    "[task honest]\ncalls = server\nserves = honest\n"
    "[task server]\nserves = server\ntransport = socket\n"
    "file.null = /dev/null\n"
    "[task evil0]\ncalls = *\nrestart = always\nring = 4K\n"
    "[task evil1]\ncalls = honest\nrestart = on-failure\n"
    "[task evil2]\ncalls = *\nautostart = no\ntransport = shm\n"
    "shared_memory = 64K\n"
    "[task evil3]\ncalls = evil0\nrights = launch destroy quit inspect\n";

static const enum control_op ops[] = {
    CTL_DIGESTS,  CTL_READY, CTL_CONNECT, CTL_GRANT_ACK, CTL_KDEBUG, CTL_DESTROY,
    CTL_SCHEDULE, CTL_TRAP,  CTL_REAP,    CTL_LAUNCH,    CTL_MEMFD,  CTL_CLOSED,
    CTL_COPYING,  CTL_BOOT,  CTL_GRANT,   CTL_ANSWER,    CTL_ABORT};
#define NUM_OPS (sizeof(ops) / sizeof(ops[0]))

static task_t some_task(uint64_t value)
{
    unsigned which = value & 0xff;
    return which < 240 && lp_num_procs > 0 ? lp_procs[which % lp_num_procs].id
                                           : (task_t)(value >> 8);
}

static void fill_text(struct control_text *text, const struct step *step)
{
    static const char *const texts[] = {"ps",        "metrics", "_",     "q",
                                        "help",      "_log",    "evil2", "evil0 'an argument' b",
                                        "installed", "nothing", "vm",    "evil2 \"",
                                        "",          "../evil"};
    const char *from = texts[step->value % (sizeof(texts) / sizeof(texts[0]))];
    text->token = step->b;
    text->len = step->b & 1 ? (uint16_t)step->len : (uint16_t)strlen(from);
    text->more = step->b & 2 ? 1 : 0;
    text->error = (error_t)step->len;
    memcpy(text->text, from, strlen(from));
}

static void make_request(struct lp_proc *proc, struct packet *packet, const struct step *step)
{
    packet->type = ops[step->a % NUM_OPS];
    packet->word = wire_word(WIRE_CONTROL, 0, 0);
    switch (packet->type) {
    case CTL_DIGESTS:
        packet->digests.count = step->b & 1 ? step->len : step->b % (CONTROL_MAX_DIGESTS + 1);
        for (unsigned i = 0; i < CONTROL_MAX_DIGESTS; i++) {
            packet->digests.numbers[i] =
                step->b & 2 ? oolong_idl_messages[i].id : (uint16_t)(step->len + i);
            packet->digests.digests[i] = step->len;
        }
        break;
    case CTL_KDEBUG:
    case CTL_LAUNCH:
    case CTL_ANSWER:
        fill_text(&packet->text, step);
        break;
    case CTL_GRANT_ACK:
        packet->task.task = step->b & 1 ? some_task(step->value) : proc->unacked;
        break;
    case CTL_TRAP:
        packet->trap = (struct control_trap){(int)step->len, step->b, step->value};
        break;
    default:
        packet->task.task = some_task(step->value);
        packet->task.value = (int)(step->len & 0xff) - 8;
        packet->task.size = step->b & 1 ? step->value : step->len & 0xffff;
        if (packet->type == CTL_MEMFD && packet->task.size <= 1ull << 40)
            packet->task.size &= UINT32_MAX; // freeing a terabyte takes 65,536 turns
        break;
    }
    // This task has the right to end others.
    bool rules = proc->id != VM_TASK && !strcmp(proc->name, evil[3]);
    if (rules && (packet->type == CTL_DESTROY || packet->type == CTL_KDEBUG))
        lp_may_end = true;
}

static void read_packets(struct lp_proc *proc, const struct step *step, bool obeys)
{
    struct packet packet;
    for (unsigned i = 0; i < step->a % 16u + 1 && lp_read(proc, &packet); i++) {
        if (obeys)
            lp_obey(proc, &packet);
    }
}

static void end(struct lp_proc *proc, const struct step *step)
{
    static const int signals[] = {SIGSEGV, SIGSYS, SIGKILL, SIGABRT};
    if (step->a % 2)
        lp_exit(proc, CLD_KILLED, signals[step->a / 2 % 4]);
    else
        lp_exit(proc, CLD_EXITED, step->a / 2);
}

static void set_page(const struct lp_proc *proc, const struct step *step)
{
    const struct task *task = task_find(proc->id);
    if (task && task->page)
        memcpy((uint8_t *)task->page + step->len % (STATE_PAGE_SIZE - sizeof(step->value)),
               &step->value, sizeof(step->value));
}

static void ask_as_vm(const struct step *step, bool may_lie)
{
    struct lp_proc *vm = lp_find("vm");
    struct packet packet = {0};
    if (!vm)
        return;
    switch (step->a % 5) {
    case 0:
        packet.task.task = some_task(step->value);
        packet.task.size = step->len & 0xffffff;
        packet.task.value = step->b & 1;
        lp_send_control(vm, CTL_MEMFD, &packet);
        break;
    case 1:
        lp_send_control(vm, CTL_COPYING, &packet);
        break;
    case 2: // a task asked vm to end that task
        packet.task.task = some_task(step->value);
        if (lp_of_task(packet.task.task) && !lp_of_task(packet.task.task)->by_the_rules)
            lp_send_control(vm, CTL_DESTROY, &packet);
        break;
    default:
        if (!may_lie)
            break;
        lp_may_end = true;
        make_request(vm, &packet, &(struct step){0, 0, step->b, step->a, step->len, step->value});
        lp_send(vm, &packet, sizeof(packet), 0);
        break;
    }
}

static void launch(const struct step *step)
{
    struct lp_proc *vm = lp_find("vm");
    struct packet packet = {0};
    struct step text = *step;
    text.b &= 0xfc; // without `more`, and with the right length
    fill_text(&packet.text, &text);
    packet.text.more = step->b & 1; // then says whether more follows
    if (!vm)
        return;
    lp_send_control(vm, CTL_LAUNCH, &packet);
    packet.text.more = 0;
    if (step->b & 1)
        lp_send_control(vm, CTL_LAUNCH, &packet);
}

static void act(struct lp_proc *proc, const struct step *step, const uint8_t *rest, size_t size)
{
    struct packet packet = {0};
    uint8_t bytes[600] = {0};
    switch ((step->kind & ~STEP_HELD) % STEP_NUM) {
    case STEP_REQUEST:
    case STEP_FLOOD:
        make_request(proc, &packet, step);
        for (unsigned i = 0; i < 1 + (step->kind % STEP_NUM == STEP_FLOOD ? step->len % 64 : 0);
             i++)
            lp_send(proc, &packet, sizeof(packet), 0);
        break;
    case STEP_OBEY:
        read_packets(proc, step, true);
        break;
    case STEP_READ:
        read_packets(proc, step, false);
        break;
    case STEP_PACKET:
        memcpy(&packet, rest, MIN(size, sizeof(packet)));
        if (step->a & 1)
            packet.word = wire_word(WIRE_CONTROL, 0, 0);
        if (step->a & 2)
            packet.type = ops[step->b % NUM_OPS];
        lp_may_end |= !strcmp(proc->name, evil[3]);
        lp_send(proc, &packet, sizeof(packet), 0);
        break;
    case STEP_SIZE:
        lp_send(proc, bytes, step->a & 4 ? sizeof(packet) : step->len % sizeof(bytes), step->a % 4);
        break;
    case STEP_END:
        end(proc, step);
        break;
    case STEP_HANG_UP:
        lp_hang_up(proc);
        break;
    case STEP_FILTERS:
        proc->num_filters = step->a % 5 - 2;
        break;
    default:
        set_page(proc, step);
        break;
    }
}

static void fail(const struct step *step)
{
    static const int errors[] = {EMFILE, ENOMEM, EAGAIN, ETOOMANYREFS, EPIPE};
    fd_failing = (struct fd_failing){.is_set = true,
                                     .was_set = true,
                                     .call = (enum fd_call)(step->a % CALL_NUM),
                                     .after = step->b % 16,
                                     .error = errors[step->len % 5]};
}

static void perform(const struct step *step, const uint8_t *rest, size_t size, bool may_lie)
{
    unsigned which = step->task % (NUM_EVIL + 1);
    struct lp_proc *proc = lp_find(which < NUM_EVIL ? evil[which] : "installed");
    switch ((step->kind & ~STEP_HELD) % STEP_NUM) {
    case STEP_LAUNCH:
        launch(step);
        break;
    case STEP_VM:
        ask_as_vm(step, may_lie);
        break;
    case STEP_TIME:
        lp_now_ns += step->len % 20000 * NS_PER_MS;
        break;
    case STEP_SIGNAL:
        stop_suite(143);
        break;
    case STEP_FAIL:
        fail(step);
        break;
    case STEP_GDB:
        if (step->a & 1 && proc)
            proc->is_debugger = step->a & 2;
        else
            lp_end_debuggee();
        break;
    default:
        if (proc)
            act(proc, step, rest, size);
        break;
    }
}

// Checks that the launcher still serves the tasks that keep to the rules.
static void check_honest(void)
{
    struct lp_proc *honest = lp_find("honest"), *server = lp_find("server");
    struct packet packet = {0};
    bool failed = fd_failing.was_set;
    fd_failing.is_set = false;
    if (stop_has_begun() || lp_may_end)
        return;
    if (!honest || !server || !lp_find("vm"))
        target_fail("a task that keeps to the rules is gone");
    unsigned texts = honest->num_texts, grants = server->num_grants;
    packet.text.len = 1;
    packet.text.text[0] = '_';
    lp_send_control(honest, CTL_KDEBUG, &packet);
    packet = (struct packet){.task = {.task = server->id}};
    lp_send_control(honest, CTL_CONNECT, &packet);
    lp_run();
    if (honest->num_texts != texts + 1 || (!failed && server->num_grants != grants + 1))
        target_fail("a task that keeps to the rules is not served");
}

static void finish(void)
{
    lp_may_end = true;
    stop_suite(0);
    for (unsigned i = 0; i < 8 && !stop_is_done(); i++) {
        lp_run();
        lp_now_ns += 2000 * NS_PER_MS;
    }
    reap_rest();
    for (unsigned i = 0; i < lp_num_procs; i++) {
        if (!lp_procs[i].reaped)
            target_fail("%s is not reaped", lp_procs[i].name);
    }
    for (unsigned i = 0; i < 4; i++) { // no task is restarted, and memory is freed
        lp_now_ns += 20000 * NS_PER_MS;
        lp_run();
    }
    shell_check_end();
    lp_loop_reset();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static unsigned open, files;
    fd_inside = true;
    lp_reset();
    bool may_lie = size > 0 && data[0] % 4 == 3;
    shell_boot(suite_text, size > 0 && data[0] & 4 ? "evil2" : NULL);
    lp_run();
    for (size_t at = STEP_FIRST; at + sizeof(struct step) <= size && at < 4096;) {
        struct step step;
        memcpy(&step, data + at, sizeof(step));
        at += sizeof(step);
        perform(&step, data + at, size - at, may_lie);
        if (STEPS_WITH_BYTES >> (step.kind & ~STEP_HELD) % STEP_NUM & 1)
            at += MIN((size_t)STEP_BYTES, size - at);
        if (!(step.kind & STEP_HELD))
            lp_run();
    }
    lp_run();
    check_honest();
    finish();
    lp_close();
    // Files and descriptors that are made only once exist after the first run.
    if (files && (fd_count() != open || fd_count_files() != files))
        target_fail("%u descriptors and %u files are left", fd_count() - open,
                    fd_count_files() - files);
    open = fd_count();
    files = fd_count_files();
    fd_inside = false;
    return 0;
}
