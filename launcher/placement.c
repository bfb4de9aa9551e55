// The choice of cores; see placement.h.
#include "placement.h"

static bool is_placed(const struct task_spec *spec, const char *main_name)
{
    bool is_main = main_name ? spec->name == main_name : spec->is_main;
    return is_main || (spec->autostart && !spec->is_main);
}

// Gives a task and all that it can reach the same core. `core` -1 is: not reached yet.
static unsigned spread(struct manifest *mf, const char *main_name, struct task_spec *from, int core)
{
    unsigned reached = 1;
    from->core = core;
    for (struct task_spec *to = mf->tasks; to; to = to->next) {
        if (to->core < 0 && is_placed(to, main_name) && manifest_may_talk(from, to))
            reached += spread(mf, main_name, to, core);
    }
    return reached;
}

void placement_choose(struct manifest *mf, const char *main_name, const int *cpus,
                      unsigned num_cpus)
{
    unsigned group = 0;
    for (struct task_spec *spec = mf->tasks; spec; spec = spec->next)
        spec->core = is_placed(spec, main_name) ? -1 : cpus[0];
    for (struct task_spec *spec = mf->tasks; spec; spec = spec->next) {
        if (spec->core >= 0)
            continue;
        if (spread(mf, main_name, spec, cpus[group % num_cpus]) > 1)
            group++;
        else
            spec->core = cpus[0];
    }
}
