// `oolong run` and `oolong check`: what happens in which order, from the suite file to the exit
// status.
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include "placement.h"
#include "mask.h"
#include "mount.h"
#include "signals.h"
#include "suite.h"

#define VM_FILES        4096 // a channel and a page for each task, and shared memory
#define OUTPUT_GRACE_MS 2000 // to write what the tasks said, at the end

struct suite suite;

static void set_core(cpu_set_t *set, int cpu)
{
    CPU_ZERO(set);
    if (cpu >= 0 && cpu < CPU_SETSIZE)
        CPU_SET((unsigned)cpu, set);
}

// Whether a task could be there: by trying it, since that alone knows of cores that are offline and
// of the control group's. Leaves us where we are.
static bool may_run_on(int cpu)
{
    cpu_set_t own, here, there;
    int now = sched_getcpu();
    set_core(&here, now);
    set_core(&there, cpu);
    if (now < 0 || sched_getaffinity(0, sizeof(own), &own) < 0)
        return true; // its start will tell
    if (sched_setaffinity(0, sizeof(there), &there) < 0)
        return false;
    sched_setaffinity(0, sizeof(here), &here);
    sched_setaffinity(0, sizeof(own), &own);
    return true;
}

// What can be said of a suite file on this host and with this build alone.
static void check_host(struct manifest *mf)
{
    unsigned num_tasks = 0;
    for (struct task_spec *task = mf->tasks; task; task = task->next) {
        num_tasks += task->autostart || task->name == suite.main_name;
        if (task->cpu >= 0 && !may_run_on(task->cpu))
            manifest_error(mf, task->line, "[task %s] cpu = %d: the host lets nobody run there",
                           task->name, task->cpu);
    }
    if (num_tasks > CONFIG_NUM_TASKS - 2) // the launcher and vm
        manifest_error(mf, 0, "%u tasks: a suite has %d at most", num_tasks, CONFIG_NUM_TASKS - 2);
}

// The task that --main names: one of the suite file, or a program.
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
        spec->program_unknown = true; // one word about it is enough
    }
    if (!spec || (!spec->line && !program_find(spec->program, &path))) {
        int error = errno;
        if (path)
            manifest_error(
                mf, 0, "--main: %s is no task of %s, and cannot be run as a program (%s: %s)", name,
                options->path, path, error == EACCES ? "not executable" : error_text(error));
        else
            manifest_error(mf, 0, "--main: %s is no task of %s, and is no name of a program", name,
                           options->path);
        free(path);
        return;
    }
    free(path);
    spec->restart = RESTART_NEVER;
    suite.main_name = spec->name;
    for (size_t i = 1; i < options->main.len; i++)
        strings_add(&suite.main_args, options->main.items[i]);
}

// The tasks that --main and --gdb name.
static void find_named(const struct run_options *options)
{
    struct manifest *mf = &suite.manifest;
    if (options->main.len)
        find_main(options);
    suite.debug_name = options->debug;
    if (options->debug && strcmp(options->debug, "vm") && !manifest_find(mf, options->debug))
        manifest_error(mf, 0, "--gdb: there is no task %s in %s", options->debug, options->path);
}

// Whatever is wrong is said at once: with the file, the host, the options, and with what is named
// in them.
static bool load(const struct run_options *options)
{
    struct manifest *mf = &suite.manifest;
    const char *transport = getenv("OOLONG_TRANSPORT");
    bool was_read = manifest_load(mf, options->path, &options->settings) || mf->vm_program;
    mf->shm_works = bells_are_supported();
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

static void make_vm_spec(void)
{
    struct task_spec *spec = xcalloc(1, sizeof(*spec));
    task_spec_init(spec);
    free(spec->profile);
    spec->name = xstrdup("vm");
    spec->program = xstrdup(suite.manifest.vm_program);
    spec->profile = xstrdup("vm");
    spec->memory = 0; // its tables are bounded by themselves
    spec->files = VM_FILES;
    // All but vm's own channels may be memory: then its clients are anywhere, and it goes to them.
    if (suite.manifest.shm_works && suite.manifest.transport != TRANSPORT_SOCKET)
        spec->core = CORE_ANY;
    suite.vm_spec = spec;
}

// Descriptors 0 to 2 are the command's, whatever the caller left closed.
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
            terminal_suspend();
        break;
    case SIGINT:
        if (!suite.debug_name) // it is gdb's
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

static bool prepare(const struct run_options *options)
{
    open_standard_descriptors();
    raise_descriptor_limit();
    suite.pid = getpid();
    suite.verbose = options->verbose;
    suite.own_filters = sandbox_count_filters(0);
    suite.cpu = sched_getcpu(); // likely to be where there is room
    signal(SIGPIPE, SIG_IGN);
    if (!loop_init(on_signal)) {
        fprintf(stderr, "oolong: cannot make the event loop: %s\n", strerror(errno));
        return false;
    }
    if (!control_make_table()) {
        fprintf(stderr, "oolong: cannot make the table of channels: %s\n", error_text(errno));
        return false;
    }
    channels_init(&suite.channels, &control_env);
    output_init(options->main.len > 0);
    terminal_save();
    return true;
}

static void start_or_stop(struct task_spec *spec, const struct strings *extra)
{
    if (task_start(spec, extra) < 0)
        stop_suite(1);
    control_flush_all(); // what is sent to it holds descriptors until it is sent
}

// The cores that the launcher may use, beginning with its own.
static void choose_cores(void)
{
    int cpus[CPU_SETSIZE] = {suite.cpu};
    unsigned num_cpus = 1;
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) == 0) {
        for (int i = 1; i < CPU_SETSIZE; i++) {
            int cpu = (suite.cpu + i) % CPU_SETSIZE;
            if (CPU_ISSET(cpu, &set))
                cpus[num_cpus++] = cpu;
        }
    }
    placement_choose(&suite.manifest, suite.main_name, cpus, num_cpus);
}

void suite_start_tasks(void)
{
    struct task_spec *main_spec = NULL;
    choose_cores();
    for (struct task_spec *spec = suite.manifest.tasks; spec && !suite.stopping;
         spec = spec->next) {
        bool is_main = suite.main_name ? spec->name == suite.main_name : spec->is_main;
        if (is_main)
            main_spec = spec;
        else if (spec->autostart && !spec->is_main)
            start_or_stop(spec, NULL);
    }
    // Last, so that it is the first to be stopped.
    if (main_spec && !suite.stopping)
        start_or_stop(main_spec, &suite.main_args);
    tell_if_nobody_is_left();
}

int run_suite(const struct run_options *options)
{
    if (!load(options)) {
        strings_free(&suite.main_args);
        manifest_free(&suite.manifest);
        return 1;
    }
    make_vm_spec();
    if (!prepare(options))
        return 1;
    log_verbose(1, "suite %s, vm on core %d", suite.manifest.name, suite.cpu);
    watch_start();
    if (task_start(suite.vm_spec, NULL) < 0)
        stop_suite(1);
    while (!suite.finished) {
        control_flush_all();
        loop_once();
    }
    reap_rest();
    mount_finish();
    // What tasks printed on purpose is owed to whoever reads it, however slowly, until a signal.
    while (output_is_awaited() && !interrupted)
        loop_once();
    log_tell_own();
    terminal_restore();
    output_finish(OUTPUT_GRACE_MS);
    return suite.exit_status;
}
