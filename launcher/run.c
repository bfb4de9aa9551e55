// See run.h. What happens from reading the suite file to the exit status, in order.
#include "run.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include "doorbells.h"
#include "boot.h"
#include "channel_env.h"
#include "console.h"
#include "control_channel.h"
#include "diagnostics.h"
#include "log.h"
#include "mask.h"
#include "mount.h"
#include "program.h"
#include "reap.h"
#include "requests.h"
#include "sandbox.h"
#include "signals.h"
#include "stop.h"
#include "suite_file.h"
#include "terminal.h"
#include "patrol.h"

#define OUTPUT_GRACE_MS 2000 // to write the rest of the output, at the end

static void set_core(cpu_set_t *set, int cpu)
{
    CPU_ZERO(set);
    if (cpu >= 0 && cpu < CPU_SETSIZE)
        CPU_SET((unsigned)cpu, set);
}

// Whether a task could run on that core. Only trying shows that: the core may be offline, or not in
// the control group. The launcher returns to its own core.
static bool may_run_on(int cpu)
{
    cpu_set_t own, here, there;
    int now = sched_getcpu();
    set_core(&here, now);
    set_core(&there, cpu);
    if (now < 0 || sched_getaffinity(0, sizeof(own), &own) < 0)
        return true; // found out when the task starts
    if (sched_setaffinity(0, sizeof(there), &there) < 0)
        return false;
    sched_setaffinity(0, sizeof(here), &here);
    sched_setaffinity(0, sizeof(own), &own);
    return true;
}

// Finds errors that depend on this host and this build.
static void check_host(struct manifest *mf)
{
    unsigned num_tasks = 0;
    for (struct task_spec *task = mf->tasks; task; task = task->next) {
        num_tasks += task->autostart || task->name == suite.main_name;
        if (task->cpu >= 0 && !may_run_on(task->cpu))
            manifest_error(mf, task->line, "[task %s] cpu = %d: no task can run on this core",
                           task->name, task->cpu);
    }
    if (num_tasks > CONFIG_NUM_TASKS - 2) // without the launcher and vm
        manifest_error(mf, 0, "%u tasks: a suite has %d at most", num_tasks, CONFIG_NUM_TASKS - 2);
}

// Finds the task that --main names: a task of the suite file, or a program.
static void find_main(const struct run_options *options)
{
    struct manifest *mf = &suite.manifest;
    const char *name = options->main.items[0];
    const char *slash = strrchr(name, '/');
    struct task_spec *spec = manifest_find(mf, name);
    char *path = NULL;
    if (!spec && strings_contain(&mf->left_out, name)) {
        manifest_error(mf, 0, "--main: [task %s] is left out, because its KEY is not set", name);
        return;
    }
    if (!spec && is_plain_name(slash ? slash + 1 : name)) {
        spec = manifest_add_program(mf, name);
        spec->program_unknown = true; // not to report it twice
    }
    if (!spec || (!spec->line && !program_find(spec->program, &path))) {
        int error = errno;
        if (path)
            manifest_error(
                mf, 0, "--main: %s is not a task of %s, and cannot be run as a program (%s: %s)",
                name, options->path, path, error == EACCES ? "not executable" : error_text(error));
        else
            manifest_error(mf, 0, "--main: %s is neither a task of %s nor the name of a program",
                           name, options->path);
        free(path);
        return;
    }
    free(path);
    if (!spec->line)
        spec->program_unknown = false; // it was found; the rest is checked with the others
    spec->restart = RESTART_NEVER;
    suite.main_name = spec->name;
    for (size_t i = 1; i < options->main.len; i++)
        strings_add(&suite.main_args, options->main.items[i]);
}

// Finds the tasks that --main and --gdb name.
static void find_named(const struct run_options *options)
{
    struct manifest *mf = &suite.manifest;
    if (options->main.len)
        find_main(options);
    suite.debug_name = options->debug;
    if (options->debug && strcmp(options->debug, "vm") && !manifest_find(mf, options->debug))
        manifest_error(mf, 0, "--gdb: there is no task %s in %s", options->debug, options->path);
}

// Reads the suite file and prints all errors at once: of the file, the host and the options.
static bool load(const struct run_options *options)
{
    struct manifest *mf = &suite.manifest;
    const char *transport = getenv("OOLONG_TRANSPORT");
    bool was_read = manifest_load(mf, options->path, &options->settings) || mf->vm_program;
    mf->shm_works = doorbells_are_supported();
    if (transport && *transport && !manifest_parse_transport(transport, &mf->transport))
        manifest_error(mf, 0, "OOLONG_TRANSPORT=%s: must be auto, shm or socket", transport);
    if (!mf->shm_works && manifest_insists_on_shm(mf))
        manifest_error(mf, 0, "transport = shm: this kernel has no futex_waitv (Linux 5.16)");
    if (was_read) {
        find_named(options);
        check_host(mf);
        program_check_all(mf);
    }
    manifest_print_errors(mf, stderr);
    return mf->errors.len == 0;
}

int check_suite(const struct run_options *options)
{
    bool is_good = load(options);
    unsigned num_tasks = 0;
    for (struct task_spec *task = suite.manifest.tasks; task; task = task->next)
        num_tasks++;
    if (is_good)
        mask_print(stdout, "%s: %u task%s, no errors", suite.manifest.path, num_tasks,
                   num_tasks == 1 ? "" : "s");
    strings_free(&suite.main_args);
    manifest_free(&suite.manifest);
    return is_good ? 0 : 1;
}

// Makes sure that no other file gets descriptors 0 to 2.
static void open_standard_descriptors(void)
{
    int fd;
    do {
        fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static bool interrupted; // by a signal that ends the suite

static void end_by_signal(int signo)
{
    interrupted = true;
    stop_suite(128 + signo);
}

static void on_signal(int signo)
{
    switch (signo) {
    case SIGCHLD:
        reap_children();
        break;
    case SIGTSTP:
        if (!suite.debug_name)
            console_suspend();
        break;
    case SIGINT:
        if (!suite.debug_name) // gdb handles it
            end_by_signal(signo);
        break;
    case SIGHUP:
        if (!signals_hangup_is_ignored())
            end_by_signal(signo);
        break;
    default:
        end_by_signal(signo);
    }
}

static const struct control_ops control_ops = {
    .packet = request_handle,
    .debuggee_ended = task_ended_in_debugger,
};

static bool prepare(const struct run_options *options)
{
    open_standard_descriptors();
    raise_descriptor_limit();
    suite.pid = getpid();
    log_set_level(options->verbose);
    suite.own_filters = sandbox_count_filters(0);
    suite.cpu = sched_getcpu(); // the kernel chose it, so it is likely not busy
    signal(SIGPIPE, SIG_IGN);
    if (!memory_reserve()) {
        fputs("oolong: not enough memory\n", stderr);
        return false;
    }
    if (!loop_init(on_signal)) {
        fprintf(stderr, "oolong: cannot make the event loop: %s\n", strerror(errno));
        return false;
    }
    if (!channel_table_make()) {
        fprintf(stderr, "oolong: cannot make the table of channels: %s\n", error_text(errno));
        return false;
    }
    control_init(&control_ops);
    channels_init(&suite.channels, &channel_env);
    output_init(options->main.len > 0, console_redraw);
    terminal_save();
    return true;
}

static void stop_without_memory(void)
{
    size_t bytes = memory_was_short_of();
    if (bytes == 0 || stop_has_begun())
        return;
    log_error("out of memory: cannot allocate %zu bytes: the suite ends", bytes);
    stop_suite(1);
}

int run_suite(const struct run_options *options)
{
    if (!load(options)) {
        strings_free(&suite.main_args);
        manifest_free(&suite.manifest);
        return 1;
    }
    if (!prepare(options))
        return 1;
    log_verbose(1, "suite %s, vm on core %d", suite.manifest.name, suite.cpu);
    patrol_start();
    if (boot_vm() < 0)
        stop_suite(1);
    while (!stop_is_done()) {
        control_flush_all();
        loop_once();
        stop_without_memory();
    }
    reap_rest();
    mount_finish();
    // Wait for a slow reader until all output of tasks is written, or until a signal.
    while (output_is_awaited() && !interrupted)
        loop_once();
    log_tell_own();
    terminal_restore();
    output_finish(OUTPUT_GRACE_MS);
    return stop_exit_status();
}
