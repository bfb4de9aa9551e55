// See manifest.h.
#include "manifest.h"
#include <stdlib.h>
#include <string.h>
#include <oolong/types.h>

#define DEFAULT_MEMORY (1ull << 30)
#define DEFAULT_FILES  1200 // a task of a full suite needs 511 channels and as many state pages

void task_spec_init(struct task_spec *task)
{
    *task = (struct task_spec){
        .profile = xstrdup("plain"),
        .autostart = true,
        .memory = DEFAULT_MEMORY,
        .shared_memory = SHARED_AS_MEMORY,
        .files = DEFAULT_FILES,
        .ool_len = CONFIG_OOL_BUFFER_LEN,
        .cpu = CPU_AUTO,
        .core = -1,
        .ring_size = DEFAULT_RING,
    };
}

static void add_task(struct manifest *mf, struct task_spec *task)
{
    struct task_spec **last = &mf->tasks;
    while (*last)
        last = &(*last)->next;
    *last = task;
}

struct task_spec *manifest_add_task(struct manifest *mf, const char *name, int line)
{
    struct task_spec *task = xcalloc(1, sizeof(*task));
    task_spec_init(task);
    task->name = xstrdup(name);
    task->program = xstrdup(name);
    task->line = task->program_line = task->profile_line = line;
    add_task(mf, task);
    return task;
}

struct task_spec *manifest_find(const struct manifest *mf, const char *name)
{
    struct task_spec *task = mf->tasks;
    while (task && strcmp(task->name, name))
        task = task->next;
    return task;
}

struct task_spec *manifest_add_program(struct manifest *mf, const char *program)
{
    const char *slash = strrchr(program, '/');
    struct task_spec *task = manifest_add_task(mf, slash ? slash + 1 : program, 0);
    if (slash) {
        free(task->program);
        task->program = xasprintf("%s%s", *program == '/' ? "" : mf->dir, program);
    }
    task->calls_any = true;
    task->autostart = false;
    return task;
}

bool manifest_may_talk(const struct task_spec *a, const struct task_spec *b)
{
    return a->calls_any || b->calls_any || strings_contain(&a->calls, b->name) ||
           strings_contain(&b->calls, a->name);
}

static enum transport stricter(enum transport a, enum transport b)
{
    return a == TRANSPORT_SOCKET || b == TRANSPORT_SOCKET ? TRANSPORT_SOCKET : MAX(a, b);
}

// What a task says about its channel to `peer`.
static enum transport says_of(const struct task_spec *task, const char *peer)
{
    return strings_contain(&task->socket_peers, peer) ? TRANSPORT_SOCKET
           : strings_contain(&task->shm_peers, peer)  ? TRANSPORT_SHM
                                                      : TRANSPORT_AUTO;
}

bool manifest_uses_shm(const struct manifest *mf, const struct task_spec *a,
                       const struct task_spec *b)
{
    enum transport said = stricter(says_of(a, b->name), says_of(b, a->name));
    if (said == TRANSPORT_AUTO)
        said = stricter(a->transport, b->transport);
    if (said == TRANSPORT_AUTO)
        said = mf->transport;
    return said != TRANSPORT_SOCKET && mf->shm_works;
}

bool manifest_insists_on_shm(const struct manifest *mf)
{
    bool insists = mf->transport == TRANSPORT_SHM;
    for (const struct task_spec *task = mf->tasks; task; task = task->next)
        insists = insists || task->transport == TRANSPORT_SHM || task->shm_peers.len > 0;
    return insists;
}

void manifest_free(struct manifest *mf)
{
    while (mf->tasks) {
        struct task_spec *task = mf->tasks;
        mf->tasks = task->next;
        for (size_t i = 0; i < task->num_files; i++) {
            free(task->file[i].name);
            free(task->file[i].path);
        }
        free(task->file);
        strings_free(&task->args);
        strings_free(&task->calls);
        strings_free(&task->serves);
        strings_free(&task->shm_peers);
        strings_free(&task->socket_peers);
        free(task->name);
        free(task->program);
        free(task->profile);
        free(task);
    }
    for (size_t i = 0; i < mf->errors.len; i++)
        free(mf->errors.items[i].text);
    free(mf->errors.items);
    strings_free(&mf->left_out);
    free(mf->path);
    free(mf->dir);
    free(mf->name);
    free(mf->vm_program);
    *mf = (struct manifest){0};
}

bool manifest_parse_transport(const char *value, enum transport *transport)
{
    static const char *const names[] = {"auto", "shm", "socket"};
    for (unsigned i = 0; i < 3; i++) {
        if (!strcmp(value, names[i])) {
            *transport = (enum transport)i;
            return true;
        }
    }
    return false;
}
