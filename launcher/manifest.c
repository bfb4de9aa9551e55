// Reads a suite file: lines, sections, ${KEY}, and the checks that need the whole file. What the
// single keys mean is in keys.c. inih does the parsing; the reader below counts its lines and sees
// section heads, which inih reports neither for empty sections nor beyond 50 characters.
#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <oolong/types.h>
#include <oolong/wire.h>
#include "manifest.h"

struct reader {
    struct manifest *mf;
    const char *text;
    const char *end;
    int line;
    bool is_more;    // the line begins with a blank: inih takes it as more of the value above
    bool in_suite;   // the section is [suite]
    bool in_nothing; // the section is one that was complained about
    struct task_spec *task; // the section is [task ...]
    struct strings seen;    // keys of this section
};

void manifest_error(struct manifest *mf, int line, const char *format, ...)
{
    va_list args;
    char *text = NULL;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    va_end(args);
    struct diagnostics *errors = &mf->errors;
    errors->items = reallocarray(errors->items, errors->len + 1, sizeof(*errors->items));
    if (!text || !errors->items)
        abort();
    errors->items[errors->len++] = (struct diagnostic){line, text};
}

void manifest_print_errors(const struct manifest *mf, FILE *out)
{
    const struct diagnostics *errors = &mf->errors;
    for (int line = 0, next; line != INT_MAX; line = next) {
        next = INT_MAX;
        for (size_t i = 0; i < errors->len; i++) {
            const struct diagnostic *e = &errors->items[i];
            if (e->line > line && e->line < next)
                next = e->line;
            if (e->line != line)
                continue;
            if (line)
                fprintf(out, "%s:%d: error: %s\n", mf->path, line, e->text);
            else
                fprintf(out, "%s: error: %s\n", mf->path, e->text);
        }
    }
}

static void add_task(struct manifest *mf, struct task_spec *task)
{
    struct task_spec **last = &mf->tasks;
    while (*last)
        last = &(*last)->next;
    *last = task;
}

static struct task_spec *new_task(struct manifest *mf, const char *name, int line)
{
    struct task_spec *task = xcalloc(1, sizeof(*task));
    task_spec_init(task);
    task->name = xstrdup(name);
    task->program = xstrdup(name);
    task->line = task->program_line = task->profile_line = line;
    add_task(mf, task);
    return task;
}

static void begin_task(struct reader *r, const char *name)
{
    if (!is_plain_name(name)) {
        manifest_error(r->mf, r->line, "'%s' cannot name a task: 1 to 63 of A-Z a-z 0-9 _ . -",
                       name);
    } else if (!strcmp(name, "vm") || !strcmp(name, "launcher")) {
        manifest_error(r->mf, r->line, "%s belongs to every suite and is not listed", name);
    } else if (manifest_find(r->mf, name)) {
        manifest_error(r->mf, r->line, "task %s is already at line %d", name,
                       manifest_find(r->mf, name)->line);
    } else {
        r->task = new_task(r->mf, name, r->line);
        return;
    }
    r->in_nothing = true;
}

// `condition` is what stands behind the name: "if KEY" lets the task be part of the suite only when
// the setting is given.
static bool is_wanted(struct reader *r, const char *condition)
{
    if (!*condition)
        return true;
    r->in_nothing = true;
    if (strncmp(condition, "if ", 3) || !is_plain_name(condition + 3)) {
        manifest_error(r->mf, r->line, "'%s': only 'if KEY' may stand behind a task's name",
                       condition);
        return false;
    }
    r->in_nothing = !settings_have(r->mf->settings, condition + 3);
    return !r->in_nothing;
}

// `head` is the line from its '[' on.
static void begin_section(struct reader *r, const char *head)
{
    r->in_suite = r->in_nothing = false;
    r->task = NULL;
    strings_free(&r->seen);

    char section[256];
    size_t len = strcspn(head + 1, "]\n");
    snprintf(section, sizeof(section), "%.*s", (int)MIN(len, sizeof(section) - 1), head + 1);
    if (!strcmp(section, "suite")) {
        r->in_suite = true;
    } else if (!strncmp(section, "task ", 5)) {
        char *name = section + 5, *rest;
        name += strspn(name, " \t");
        rest = name + strcspn(name, " \t");
        rest += *rest ? 1 : 0;
        name[strcspn(name, " \t")] = '\0';
        if (is_wanted(r, rest + strspn(rest, " \t")))
            begin_task(r, name);
    } else {
        manifest_error(r->mf, r->line, "[%s] is not a section: [suite] or [task NAME]", section);
        r->in_nothing = true;
    }
}

// inih's source of lines: like fgets.
static char *read_line(char *buf, int size, void *arg)
{
    struct reader *r = arg;
    if (r->text == r->end)
        return NULL;
    const char *newline = memchr(r->text, '\n', (size_t)(r->end - r->text));
    size_t len = (size_t)((newline ? newline + 1 : r->end) - r->text);
    const char *line = r->text;
    r->text += len;
    r->line++;

    size_t max = (size_t)size - 2;
    if (len > max) {
        manifest_error(r->mf, r->line,
                       "the line is longer than %zu bytes: continue it on the next "
                       "line, after a blank",
                       max - 1);
        len = 0;
    }
    if (len && memchr(line, '\0', len)) {
        manifest_error(r->mf, r->line, "a NUL byte");
        len = 0;
    }
    memcpy(buf, line, len);
    buf[len] = '\0';
    r->is_more = isspace((unsigned char)buf[0]);
    const char *first = buf + strspn(buf, " \t\xef\xbb\xbf");
    if (*first == '[')
        begin_section(r, first);
    return buf;
}

static int handle_pair(void *arg, const char *section, const char *key, const char *raw)
{
    struct reader *r = arg;
    (void)section;
    if (r->in_nothing)
        return 1;
    char *error = NULL;
    // A value with blanks is one argument: args are split before they are filled in.
    bool is_args = r->task && !strcmp(key, "args");
    char *value = is_args ? xstrdup(raw) : settings_expand(r->mf->settings, raw, &error);
    bool is_more = r->is_more && strings_contain(&r->seen, key);
    if (!value) {
        manifest_error(r->mf, r->line, "%s", error);
        free(error);
    } else if (!is_more && strings_contain(&r->seen, key)) {
        manifest_error(r->mf, r->line, "%s is given twice", key);
    } else if (r->in_suite) {
        manifest_suite_key(r->mf, r->line, key, value);
    } else if (r->task) {
        manifest_task_key(r->mf, r->task, r->line, key, value, is_more, *raw == '$');
    } else {
        manifest_error(r->mf, r->line, "%s stands before the first section", key);
    }
    if (!strings_contain(&r->seen, key))
        strings_add(&r->seen, key);
    free(value);
    return 1;
}

// A task's landing buffers are mapped when it starts; the rest of it takes this at least.
#define LEAST_BESIDE (16ull << 20)

static void check_memory(struct manifest *mf, const struct task_spec *task)
{
    uint64_t landing = ool_landing_len((size_t)task->ool_len);
    if (task->memory && task->memory < landing + LEAST_BESIDE)
        manifest_error(mf, task->line,
                       "task %s: memory is to be %lluM or more, because its landing buffers take "
                       "%lluM (see ool_buffer)",
                       task->name, (unsigned long long)((landing + LEAST_BESIDE - 1) >> 20) + 1,
                       (unsigned long long)((landing - 1) >> 20) + 1);
}

// What can only be seen when all tasks are known.
static void check_whole(struct manifest *mf)
{
    const struct task_spec *console = NULL, *is_main = NULL;
    for (struct task_spec *task = mf->tasks; task; task = task->next) {
        for (size_t i = 0; i < task->calls.len; i++) {
            const char *name = task->calls.items[i];
            if (!manifest_find(mf, name) && strcmp(name, "vm"))
                manifest_error(mf, task->line, "task %s calls %s, and there is no [task %s]",
                               task->name, name, name);
        }
        check_memory(mf, task);
        if (task->is_main && is_main)
            manifest_error(mf, task->line, "task %s is the main one already", is_main->name);
        if (task->is_main)
            is_main = task;
        if (task->console && task->autostart && console)
            manifest_error(mf, task->line, "task %s has the console already", console->name);
        if (task->console && task->autostart)
            console = task;
        if (task->is_main && task->restart != RESTART_NEVER)
            manifest_error(mf, task->line, "task %s is the main one and cannot be restarted",
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

    struct reader reader = {
        .mf = mf,
        .text = text,
        .end = text + len,
    };
    int bad = ini_parse_stream(read_line, &reader, handle_pair, &reader);
    if (bad > 0)
        manifest_error(mf, bad, "neither 'key = value' nor '[section]' nor a comment");
    strings_free(&reader.seen);
    check_whole(mf);
    return mf->errors.len == 0;
}

bool manifest_load(struct manifest *mf, const char *path, const struct settings *settings)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t len = 0;
    ssize_t got = file ? getdelim(&text, &len, '\0', file) : -1;
    if (!file || (got < 0 && !feof(file))) {
        int error = errno;
        *mf = (struct manifest){.path = xstrdup(path)};
        manifest_error(mf, 0, "%s", strerror(error));
    } else {
        bool has_nul = got > 0 && text[got - 1] == '\0';
        manifest_parse(mf, path, text ? text : "", got > 0 ? (size_t)got : 0, settings);
        if (!has_nul && !mf->tasks && !mf->errors.len && got <= 0)
            manifest_error(mf, 0, "the file is empty");
    }
    free(text);
    if (file)
        fclose(file);
    return mf->errors.len == 0;
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
    struct task_spec *task = new_task(mf, slash ? slash + 1 : program, 0);
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

// What a task says of its channel to another one.
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
    free(mf->path);
    free(mf->dir);
    free(mf->name);
    free(mf->vm_program);
    *mf = (struct manifest){0};
}
