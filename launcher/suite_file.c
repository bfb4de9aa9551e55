// See suite_file.h. Handles sections, ${KEY}, and the checks that need the whole file. lines.c
// splits the text into lines, keys.c handles the keys.
#include "suite_file.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <oolong/types.h>
#include <oolong/wire.h>
#include "diagnostics.h"
#include "keys.h"
#include "lines.h"

#define MAX_LEN (1 << 20) // of a suite file

struct reader {
    struct manifest *mf;
    bool in_suite;          // the section is [suite]
    bool in_nothing;        // the section has an error, or is left out
    struct task_spec *task; // the section is [task ...]
    struct strings seen;    // keys of this section
};

static void begin_task(struct reader *r, int line, const char *name)
{
    if (!is_plain_name(name)) {
        manifest_error(r->mf, line, "'%s' cannot name a task: 1 to 63 of A-Z a-z 0-9 _ . -", name);
    } else if (!strcmp(name, "vm") || !strcmp(name, "launcher")) {
        manifest_error(r->mf, line, "%s belongs to every suite and is not listed", name);
    } else if (manifest_find(r->mf, name)) {
        manifest_error(r->mf, line, "task %s is already at line %d", name,
                       manifest_find(r->mf, name)->line);
    } else {
        r->task = manifest_add_task(r->mf, name, line);
        return;
    }
    r->in_nothing = true;
}

// `condition` follows the name in the head: with "if KEY", the task is part of the suite only if
// that setting is given.
static bool is_wanted(struct reader *r, int line, const char *name, const char *condition)
{
    if (!*condition)
        return true;
    const char *key = condition + 3;
    bool is_condition = !strncmp(condition, "if ", 3) && is_plain_name(key);
    if (!is_condition)
        manifest_error(r->mf, line, "'%s': only 'if KEY' may follow a task's name", condition);
    else if (settings_have(r->mf->settings, key))
        return true;
    else
        strings_add(&r->mf->left_out, name);
    r->in_nothing = true;
    return false;
}

static void begin_section(void *arg, int line, const char *head)
{
    struct reader *r = arg;
    r->in_suite = r->in_nothing = false;
    r->task = NULL;
    strings_free(&r->seen);

    char *section = xstrdup(head ? head : "");
    if (!head) {
        r->in_nothing = true;
    } else if (!strcmp(section, "suite")) {
        r->in_suite = true;
    } else if (!strncmp(section, "task ", 5) || !strncmp(section, "task\t", 5)) {
        char *save = NULL;
        char *name = strtok_r(section + 5, " \t", &save);
        char *condition = name ? save + strspn(save, " \t") : NULL;
        if (!name)
            begin_task(r, line, "");
        else if (is_wanted(r, line, name, condition))
            begin_task(r, line, name);
    } else {
        manifest_error(r->mf, line, "[%s] is not a section: [suite] or [task NAME]", section);
        r->in_nothing = true;
    }
    free(section);
}

static void handle_pair(void *arg, const struct pair *pair)
{
    struct reader *r = arg;
    if (r->in_nothing)
        return;
    char *error = NULL;
    const char *key = pair->key;
    struct place at = {r->mf, r->task, pair->line, key, *pair->value == '$', pair->has_comment};
    // args is split before ${KEY} is replaced, so that a value with blanks is one argument.
    bool is_args = r->task && !strcmp(key, "args");
    char *value =
        is_args ? xstrdup(pair->value) : settings_expand(r->mf->settings, pair->value, &error);
    if (!value) {
        manifest_error(r->mf, pair->line, "%s", error);
        free(error);
        if (r->task && !strcmp(key, "program"))
            r->task->program_unknown = true;
    } else if (!pair->is_more && strings_contain(&r->seen, key)) {
        manifest_error(r->mf, pair->line, "%s is given twice", key);
    } else if (r->in_suite) {
        manifest_suite_key(&at, value);
    } else if (r->task) {
        manifest_task_key(&at, value, pair->is_more);
    } else {
        manifest_error(r->mf, pair->line, "%s stands before the first section", key);
    }
    if (!strings_contain(&r->seen, key))
        strings_add(&r->seen, key);
    free(value);
}

static void handle_error(void *arg, int line, const char *text)
{
    struct reader *r = arg;
    manifest_error(r->mf, line, "%s", text);
}

// The least memory that a task needs in addition to its receive buffers, which are mapped at its
// start.
#define LEAST_BESIDE (16ull << 20)

static void check_memory(struct manifest *mf, const struct task_spec *task)
{
    uint64_t landing = ool_landing_len((size_t)task->ool_len);
    if (task->memory && task->memory < landing + LEAST_BESIDE)
        manifest_error(mf, task->line,
                       "task %s: memory must be %lluM or more, because its receive buffers take "
                       "%lluM (see ool_buffer)",
                       task->name, (unsigned long long)((landing + LEAST_BESIDE - 1) >> 20) + 1,
                       (unsigned long long)((landing - 1) >> 20) + 1);
}

// A task may only name tasks that exist, or that are left out because of their condition.
static void check_peers(struct manifest *mf, const struct task_spec *task,
                        const struct strings *names, const char *what)
{
    for (size_t i = 0; i < names->len; i++) {
        const char *name = names->items[i];
        if (!manifest_find(mf, name) && strcmp(name, "vm") && !strings_contain(&mf->left_out, name))
            manifest_error(mf, task->line, "task %s %s%s, and there is no [task %s]", task->name,
                           what, name, name);
    }
}

// Checks that need all tasks.
static void check_whole(struct manifest *mf)
{
    const struct task_spec *console = NULL, *is_main = NULL;
    for (struct task_spec *task = mf->tasks; task; task = task->next) {
        check_peers(mf, task, &task->calls, "calls ");
        check_peers(mf, task, &task->shm_peers, "has transport.");
        check_peers(mf, task, &task->socket_peers, "has transport.");
        check_memory(mf, task);
        if (task->is_main && is_main)
            manifest_error(mf, task->line, "task %s is already the main task", is_main->name);
        if (task->is_main)
            is_main = task;
        if (task->console && strcmp(task->profile, "console"))
            manifest_error(mf, task->line,
                           "task %s has console = yes, and its profile %s does not let it read the "
                           "terminal: profile = console",
                           task->name, task->profile);
        if (task->console && task->autostart && console)
            manifest_error(mf, task->line, "task %s already has the console", console->name);
        if (task->console && task->autostart)
            console = task;
        if (task->is_main && task->restart != RESTART_NEVER)
            manifest_error(mf, task->line, "task %s is the main task and cannot be restarted",
                           task->name);
    }
}

bool manifest_parse(struct manifest *mf, const char *path, const char *text, size_t len,
                    const struct settings *settings)
{
    *mf = (struct manifest){.path = xstrdup(path), .settings = settings};
    const char *slash = strrchr(path, '/');
    mf->dir = slash ? xasprintf("%.*s", (int)(slash - path + 1), path) : xstrdup("");
    const char *base = slash ? slash + 1 : path;
    mf->name = xasprintf("%.*s", (int)strcspn(base, "."), base);
    mf->vm_program = xstrdup("vm");
    mf->restart_limit = (struct restart_limit){5, 10}; // as systemd's

    struct reader reader = {.mf = mf};
    const struct lines_user user = {begin_section, handle_pair, handle_error};
    lines_read(text, len, &user, &reader);
    strings_free(&reader.seen);
    check_whole(mf);
    return mf->errors.len == 0;
}

bool manifest_load(struct manifest *mf, const char *path, const struct settings *settings)
{
    FILE *file = fopen(path, "re");
    char *text = xcalloc(1, MAX_LEN + 1);
    size_t len = file ? fread(text, 1, MAX_LEN + 1, file) : 0;
    if (!file || ferror(file)) {
        int error = errno;
        *mf = (struct manifest){.path = xstrdup(path)};
        manifest_error(mf, 0, "%s", strerror(error));
    } else if (len > MAX_LEN) {
        *mf = (struct manifest){.path = xstrdup(path)};
        manifest_error(mf, 0, "the file is larger than %d bytes", MAX_LEN);
    } else {
        manifest_parse(mf, path, text, len, settings);
        if (!len)
            manifest_error(mf, 0, "the file is empty");
    }
    free(text);
    if (file)
        fclose(file);
    return mf->errors.len == 0;
}
