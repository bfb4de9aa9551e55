// See boot.h.
#include "boot.h"
#include <sched.h>
#include <stdlib.h>
#include "control_channel.h"
#include "placement.h"
#include "restart.h"
#include "spawn.h"
#include "stop.h"

#define VM_FILES 4096 // a channel and a state page of each task, and shared memory

static struct task_spec *make_vm_spec(void)
{
    struct task_spec *spec = xcalloc(1, sizeof(*spec));
    task_spec_init(spec);
    free(spec->profile);
    spec->name = xstrdup("vm");
    spec->program = xstrdup(suite.manifest.vm_program);
    spec->profile = xstrdup("vm");
    spec->memory = 0; // no limit: its tables have fixed sizes
    spec->files = VM_FILES;
    // With shared memory, tasks may run on any core, and vm follows those that it works for.
    if (suite.manifest.shm_works && suite.manifest.transport != TRANSPORT_SOCKET)
        spec->core = CORE_ANY;
    return spec;
}

task_t boot_vm(void)
{
    static struct task_spec *spec;
    if (!spec)
        spec = make_vm_spec();
    return task_start(spec, NULL);
}

static void start_or_stop(struct task_spec *spec, const struct strings *extra)
{
    if (task_start(spec, extra) < 0)
        stop_suite(1);
    control_flush_all(); // packets hold descriptors until they are sent
}

// Chooses among the cores that the launcher may use, beginning with its own.
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

void boot_tasks(void)
{
    struct task_spec *main_spec = NULL;
    choose_cores();
    for (struct task_spec *spec = suite.manifest.tasks; spec && !stop_has_begun();
         spec = spec->next) {
        bool is_main = suite.main_name ? spec->name == suite.main_name : spec->is_main;
        if (is_main)
            main_spec = spec;
        else if (spec->autostart && !spec->is_main)
            start_or_stop(spec, NULL);
    }
    // The last to start is the first to be stopped.
    if (main_spec && !stop_has_begun())
        start_or_stop(main_spec, &suite.main_args);
    tell_if_nobody_is_left();
}
