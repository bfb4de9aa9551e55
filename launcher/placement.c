// See placement.h.

#include "placement.h"

#define NOT_REACHED (-1)
#define REACHED     (-3) // its group has no core yet

static bool is_placed(const struct task_spec *spec, const char *main_name)
{
    bool is_main = main_name ? spec->name == main_name : spec->is_main;
    return is_main || (spec->autostart && !spec->is_main);
}

struct group {
    unsigned size;
    bool has_sockets; // two of its tasks talk through a socket
    bool has_mount;
};

static bool has_mount(const struct task_spec *spec)
{
    for (size_t i = 0; i < spec->num_files; i++) {
        if (spec->file[i].is_mount)
            return true;
    }
    return false;
}

// Marks a task and all tasks that it can reach.
static void spread(struct manifest *mf, const char *main_name, struct task_spec *from,
                   struct group *group)
{
    group->size++;
    group->has_mount = group->has_mount || has_mount(from);
    from->core = REACHED;
    for (struct task_spec *to = mf->tasks; to; to = to->next) {
        if (to == from || !is_placed(to, main_name) || !manifest_may_talk(from, to))
            continue;
        group->has_sockets = group->has_sockets || !manifest_uses_shm(mf, from, to);
        if (to->core == NOT_REACHED)
            spread(mf, main_name, to, group);
    }
}

static void give(struct manifest *mf, int core)
{
    for (struct task_spec *spec = mf->tasks; spec; spec = spec->next) {
        if (spec->core == REACHED)
            spec->core = core;
    }
}

// The core of a task that may be launched later.
static int alone(const struct manifest *mf, const struct task_spec *spec, int core)
{
    return manifest_uses_shm(mf, spec, spec) ? CORE_ANY : core;
}

void placement_choose(struct manifest *mf, const char *main_name, const int *cpus,
                      unsigned num_cpus)
{
    unsigned turn = 0;
    for (struct task_spec *spec = mf->tasks; spec; spec = spec->next)
        spec->core = is_placed(spec, main_name) ? NOT_REACHED : alone(mf, spec, cpus[0]);
    for (struct task_spec *spec = mf->tasks; spec; spec = spec->next) {
        struct group group = {0};
        if (spec->core != NOT_REACHED)
            continue;
        spread(mf, main_name, spec, &group);
        if (group.size == 1)
            give(mf, cpus[0]);
        else if (group.has_sockets || group.has_mount)
            give(mf, cpus[turn++ % num_cpus]);
        else
            give(mf, CORE_ANY);
    }
}
