// A task says in its state page which name it looks up. See absent.h.
#include "absent.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <oolong/message.h>
#include "log.h"

// Whether the task looks up a name, by its own claim. Replaces what is not printable in the name.
static bool is_looking_up(const struct task *task, uint64_t wait, char name[64])
{
    const struct state_page *page = task->page;
    if (wait_word_kind(wait) != WAIT_CALL || wait_word_task(wait) != VM_TASK ||
        atomic_load(&page->wait_type) != DISCOVERY_LOOKUP_MSG)
        return false;
    memcpy(name, page->wait_name, 64);
    name[63] = '\0';
    for (char *c = name; *c; c++)
        *c = isprint((unsigned char)*c) ? *c : '?';
    return true;
}

static bool is_running(const struct task_spec *spec)
{
    for (int slot = 1; slot < CONFIG_NUM_TASKS; slot++) {
        const struct task *task = suite.tasks[slot];
        if (task && task->spec == spec && task->phase != TASK_ENDED)
            return true;
    }
    return spec->restart_due;
}

// Why no task can serve the name, or NULL if one can. The caller frees it.
static char *why_absent(const char *name)
{
    char *gone = NULL;
    for (const struct task_spec *spec = suite.manifest.tasks; spec; spec = spec->next) {
        if (!strings_contain(&spec->serves, name) && !strings_contain(&spec->serves, "*"))
            continue;
        char *more = is_running(spec) ? NULL
                     : gone           ? xasprintf("%s, %s", gone, spec->name)
                                      : xstrdup(spec->name);
        free(gone);
        gone = more;
        if (!gone)
            return NULL;
    }
    char *why = gone ? xasprintf("no running task may serve (not running: %s)", gone)
                     : xstrdup("no task of the suite may serve");
    free(gone);
    return why;
}

void absent_look(struct task *task, uint64_t wait, bool is_stable)
{
    char name[64];
    if (!is_stable || !is_looking_up(task, wait, name) || !strcmp(task->absent, name))
        return;
    char *why = why_absent(name);
    if (why) {
        log_error("%s (%d) waits for '%s', which %s", task->spec->name, task->id, name, why);
        memcpy(task->absent, name, sizeof(name));
    }
    free(why);
}

char *absent_state(const struct task *task, uint64_t wait)
{
    char name[64];
    if (!is_looking_up(task, wait, name))
        return NULL;
    char *why = why_absent(name);
    char *text = xasprintf("looks up %s%s", name, why ? " (absent)" : "");
    free(why);
    return text;
}
