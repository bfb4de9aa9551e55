// See spawn.h. Makes the descriptors of a task, forks, and queues the boot packets. vm's grant is
// queued before the task's first packet. What the new process does is in child.c.
#include "spawn.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include "channel_env.h"
#include "child.h"
#include "control_channel.h"
#include "descriptors.h"
#include "log.h"
#include "program.h"
#include "vmlink.h"
#include "wire_note.h"

static unsigned num_started;
static bool main_started; // a second task of the same name is not the main task

// What is needed to start a task. Descriptors are -1 if there is none.
struct spawn {
    struct task *task;
    const char *path;
    char **argv;
    int stdio[3]; // the task's descriptors 0 to 2; borrowed
    int pipe[2];  // of its output
    int main[2];  // of the main task's standard output, if the launcher reads it apart
    int log;      // the output pipe, opened again with O_NONBLOCK
    int null_fd;
    int control[2]; // the launcher's end, the task's end
    int vm[2];      // the task's end, vm's end
    int page_rw;
    int landing;
    int page_ro;
    int vm_page; // vm's page, read-only; for vm, the table of channels
    int filter;  // of the role
    int *files;  // one for each file of the spec
};

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static const struct spawn no_descriptors = {.pipe = {-1, -1},
                                            .main = {-1, -1},
                                            .log = -1,
                                            .null_fd = -1,
                                            .control = {-1, -1},
                                            .vm = {-1, -1},
                                            .page_rw = -1,
                                            .page_ro = -1,
                                            .landing = -1,
                                            .vm_page = -1,
                                            .filter = -1};

// Returns a descriptor and leaves -1 behind: its owner changes.
static int take(int *fd)
{
    int taken = *fd;
    *fd = -1;
    return taken;
}

static bool make_page(struct spawn *s)
{
    if (!make_memfd("state-page", STATE_PAGE_SIZE, &s->page_rw, &s->page_ro))
        return false;
    // Writable: the launcher rings doorbells in the page and marks the end of the task.
    void *page = mmap(NULL, STATE_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, s->page_rw, 0);
    if (page == MAP_FAILED)
        return false;
    s->task->page = page;
    s->task->page_fd = take(&s->page_ro);
    return true;
}

// The task and vm share this memory: vm copies payloads into it.
static bool make_landing(struct spawn *s)
{
    size_t len = ool_landing_len((size_t)s->task->spec->ool_len);
    return s->task->id == VM_TASK || make_memfd("landing", len, &s->landing, NULL);
}

static bool open_files(struct spawn *s)
{
    const struct task_spec *spec = s->task->spec;
    s->files = xcalloc(spec->num_files + 1, sizeof(int));
    for (size_t i = 0; i < spec->num_files; i++) {
        const char *error;
        s->files[i] = spec_file_open(&spec->file[i], &error);
        if (s->files[i] >= 0)
            continue;
        log_error("task %s: cannot open %s: %s", spec->name, spec->file[i].path, error);
        while (i-- > 0)
            close(s->files[i]);
        s->files[0] = -1;
        return false;
    }
    return true;
}

// The log gets an open file of its own on the pipe, so that only the log does not wait. The
// program's own writes do.
static bool open_log(struct spawn *s)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", s->pipe[1]);
    s->log = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    return s->log >= 0;
}

static bool make_descriptors(struct spawn *s)
{
    struct task *task = s->task;
    const int type = SOCK_SEQPACKET | SOCK_CLOEXEC;
    int on = 1;
    if (!make_page(s) || !make_landing(s) || socketpair(AF_UNIX, type, 0, s->control) < 0 ||
        pipe2(s->pipe, O_CLOEXEC) < 0 || !open_log(s))
        return false;
    // O_NONBLOCK of one end does not affect the other.
    if (fcntl(s->control[0], F_SETFL, O_NONBLOCK) < 0)
        return false;
    if (task->debugged && setsockopt(s->control[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0)
        return false;
    s->null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (s->null_fd < 0 || (task->id != VM_TASK && socketpair(AF_UNIX, type, 0, s->vm) < 0))
        return false;
    s->filter = fcntl(task->box->role_fd, F_DUPFD_CLOEXEC, 0);
    s->vm_page = task->id == VM_TASK ? channel_table_open()
                                     : fcntl(task_find(VM_TASK)->page_fd, F_DUPFD_CLOEXEC, 0);
    if (s->filter < 0 || s->vm_page < 0)
        return false;
    // Only vm's end: the task receives memory that vm hands out.
    if (fds_are_refused() && task->id != VM_TASK && !refuse_fds(s->vm[1]))
        return false;
    if (task->is_main && suite.main_name && !task->spec->console && output_masks_main() &&
        pipe2(s->main, O_CLOEXEC) < 0)
        return false;
    s->stdio[0] = task->spec->console ? STDIN_FILENO : s->null_fd;
    s->stdio[1] = s->pipe[1];
    if (task->spec->console || (task->is_main && suite.main_name))
        s->stdio[1] = s->main[1] >= 0 ? s->main[1] : STDOUT_FILENO;
    s->stdio[2] = s->pipe[1];
    return true;
}

static void push_control(struct task *task, enum control_op op, struct packet *packet,
                         const int *fds, unsigned num_fds)
{
    packet->type = op;
    packet->word = wire_word(WIRE_CONTROL, 0, 0);
    channels_push(&suite.channels, task->id, packet, fds, num_fds);
}

static void push_boot(struct spawn *s)
{
    struct task *task = s->task;
    const struct task_spec *spec = task->spec;
    struct packet packet = {0};
    struct control_boot *boot = &packet.boot;
    struct task *vm = task_find(VM_TASK);
    int fds[PACKET_MAX_FDS];
    unsigned num_fds;

    fds[BOOT_FD_PAGE] = take(&s->page_rw);
    if (task->id == VM_TASK) {
        fds[BOOT_FD_TALK_TABLE] = take(&s->vm_page);
        num_fds = BOOT_NUM_FDS_OF_VM;
    } else {
        fds[BOOT_FD_VM_SOCKET] = take(&s->vm[0]);
        fds[BOOT_FD_VM_PAGE] = take(&s->vm_page);
        fds[BOOT_FD_LANDING] = take(&s->landing);
        num_fds = BOOT_NUM_FDS;
    }
    if (!task->debugged) {
        fds[num_fds++] = take(&s->filter);
        boot->num_filter = task->box->role_len;
    }
    boot->wire = WIRE_VERSION;
    boot->task = task->id;
    boot->vm_pid = vm->task_pid;
    boot->flags = (spec->console ? BOOT_CONSOLE : 0) | (fds_are_refused() ? BOOT_NO_FDS : 0) |
                  (task->is_main && suite.main_name ? BOOT_MAIN : 0);
    boot->rights = spec->rights;
    boot->vm_chan = task->vm_chan;
    boot->num_files = (uint32_t)spec->num_files;
    boot->lookup_timeout_ms = suite.manifest.lookup_timeout_ms;
    boot->ool_len = spec->ool_len;
    boot->core = child_core(spec);
    snprintf(boot->name, sizeof(boot->name), "%s", spec->name);
    push_control(task, CTL_BOOT, &packet, fds, num_fds);

    for (size_t i = 0; i < spec->num_files; i++) {
        packet = (struct packet){0};
        snprintf(packet.file.name, sizeof(packet.file.name), "%s", spec->file[i].name);
        push_control(task, CTL_FILE, &packet, &s->files[i], 1);
        s->files[i] = -1;
    }
}

// Done before the fork, so that a task that the launcher cannot hear is not started.
static bool open_channels(struct spawn *s)
{
    struct task *task = s->task;
    const char *name = task->spec->name;
    task->control_fd = take(&s->control[0]);
    task->output.paused = &task->page->output_paused;
    if (!control_open(task) || !task_output_open(&task->output, take(&s->pipe[0]), name, false))
        return false;
    if (s->main[0] < 0)
        return true;
    task->main_output = xcalloc(1, sizeof(*task->main_output));
    return task_output_open(task->main_output, take(&s->main[0]), name, true);
}

static void started(struct spawn *s, pid_t pid)
{
    struct task *task = s->task;
    task->pid = pid;
    task->task_pid = task->debugged ? 0 : pid;
    task->order = ++num_started;
    task->started_ns = now_ns();
    task->vm_end = take(&s->vm[1]);
    if (task->id != VM_TASK) {
        task->vm_chan = channels_number(&suite.channels);
        task->landing_fd = fcntl(s->landing, F_DUPFD_CLOEXEC, 0);
    }
    if (task->task_pid)
        vm_announce(task);
    push_boot(s);
    log_verbose(1, "task %s (%d) starts as process %d: %s", task->spec->name, task->id, pid,
                s->path);
}

static void release_spawn(struct spawn *s)
{
    for (int i = 0; i < 2; i++) {
        close_fd(&s->pipe[i]);
        close_fd(&s->main[i]);
        close_fd(&s->control[i]);
        close_fd(&s->vm[i]);
    }
    for (size_t i = 0; s->files && s->files[0] >= 0 && i < s->task->spec->num_files; i++)
        close_fd(&s->files[i]);
    free(s->files);
    close_fd(&s->null_fd);
    close_fd(&s->log);
    close_fd(&s->page_rw);
    close_fd(&s->page_ro);
    close_fd(&s->landing);
    close_fd(&s->vm_page);
    close_fd(&s->filter);
}

static struct task *new_task(struct task_spec *spec, const struct strings *extra, task_t id)
{
    struct task *task = xcalloc(1, sizeof(*task));
    task->id = id;
    task->spec = spec;
    task->control_fd = task->page_fd = task->vm_end = task->landing_fd = -1;
    task->output.source.fd = task->debuggee.fd = -1;
    task->is_main =
        !main_started && (suite.main_name ? !strcmp(spec->name, suite.main_name) : spec->is_main);
    main_started = main_started || task->is_main;
    task->debugged = suite.debug_name && !strcmp(spec->name, suite.debug_name);
    strings_add(&task->args, spec->name);
    for (size_t i = 0; i < spec->args.len; i++)
        strings_add(&task->args, spec->args.items[i]);
    for (size_t i = 0; extra && i < extra->len; i++)
        strings_add(&task->args, extra->items[i]);
    suite_add(task);
    return task;
}

static void discard_task(struct task *task)
{
    control_close(task);
    task_output_close(&task->output);
    if (task->main_output)
        task_output_close(task->main_output);
    free(task->main_output);
    suite_remove(task);
    channels_ended(&suite.channels, task->id, NULL);
    channels_free(&suite.channels, task->id);
    if (task->page)
        munmap(task->page, STATE_PAGE_SIZE);
    close_fd(&task->page_fd);
    strings_free(&task->args);
    free(task);
}

static void __noreturn run_child(const struct spawn *s)
{
    const struct child child = {
        s->task, s->path, s->argv, {s->stdio[0], s->stdio[1], s->stdio[2], s->control[1], s->log}};
    child_run(&child);
}

task_t task_start(struct task_spec *spec, const struct strings *extra)
{
    task_t id = channels_add(&suite.channels);
    if (id < 0) {
        log_error("task %s: all %d slots are taken", spec->name, CONFIG_NUM_TASKS);
        return id;
    }
    struct task *task = new_task(spec, extra, id);
    struct spawn s = no_descriptors;
    s.task = task;
    s.argv = task->args.items;
    char *path;
    error_t err = ERR_NO_MEMORY;
    pid_t pid = -1;
    const char *why =
        program_find(spec->program, &path) ? wire_note_check(path) : error_text(errno);
    if (why) {
        err = ERR_NOT_FOUND;
        log_error("task %s: cannot run %s: %s", spec->name, path, why);
    } else if (!open_files(&s)) {
        err = ERR_NOT_FOUND;
    } else if (!(task->box = sandbox_get(spec->profile)) || !make_descriptors(&s) ||
               !open_channels(&s)) {
        log_error("task %s: cannot prepare it: %s", spec->name, error_text(errno));
    } else {
        s.path = path;
        pid = fork();
        if (pid == 0)
            run_child(&s);
        if (pid < 0)
            log_error("task %s: cannot fork: %m", spec->name);
        else
            started(&s, pid);
    }
    release_spawn(&s);
    if (pid < 0)
        discard_task(task);
    free(path);
    return pid < 0 ? err : id;
}
