// Completion of the word at the cursor, with names of commands, tasks or files. The command's usage
// text tells which kind of name fits.
#include "complete.h"
#include <resea/ipc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fsclient.h"
#include "shell.h"

#define LOOKUP_TIMEOUT_MS 200

static bool must_escape(char c)
{
    return strchr(" \t'\"\\#", c) != NULL;
}

static void add(struct completion *c, const char *name, bool is_directory)
{
    if (strncmp(name, c->typed, c->typed_len) != 0)
        return;
    size_t common = 0;
    while (c->num > 0 && c->common[common] && c->common[common] == name[common])
        common++;
    if (c->num == 0)
        snprintf(c->common, sizeof(c->common), "%s", name);
    else
        c->common[common] = '\0';
    if (c->num < COMPLETION_MAX && (c->names[c->num] = strdup(name)))
        c->is_directory[c->num++] = is_directory;
    else
        c->is_cut = true;
}

static void add_commands(struct completion *c)
{
    for (size_t i = 0; i < num_commands; i++)
        add(c, commands[i].name, false);
}

static void add_tasks(struct completion *c)
{
    char *text = task_table();
    char *rest = text, *line;
    while (text && (line = strsep(&rest, "\n"))) {
        int id;
        char name[64];
        if (sscanf(line, "%d %63s", &id, name) == 2)
            add(c, name, false);
    }
    free(text);
}

static error_t add_entry(void *arg, const struct fs_entry *entry)
{
    add(arg, entry->name, entry->kind == FS_KIND_DIRECTORY);
    return OK;
}

// Adds the entries of a directory. The typed word, up to its last slash, names the directory.
static void add_paths(struct completion *c)
{
    char dir[sizeof(c->typed)];
    const char *slash = strrchr(c->typed, '/');
    size_t len = slash ? (size_t)(slash - c->typed) + 1 : 0;
    snprintf(dir, sizeof(dir), "%s%.*s", len ? "" : "/", (int)len, c->typed);
    memmove(c->typed, c->typed + len, strlen(c->typed + len) + 1);
    c->typed_len -= len;
    ipc_set_lookup_timeout(LOOKUP_TIMEOUT_MS);
    task_t fs = ipc_lookup("fs");
    if (fs > 0)
        (void)!fsclient_list(fs, dir, add_entry, c);
}

// The beginning of the word that ends at the cursor. `*quoted`: the word is in quotes, and is not
// completed.
static size_t begin_of_word(const char *line, size_t len, bool *quoted)
{
    size_t begin = 0;
    char quote = '\0';
    for (size_t i = 0; i < len; i++) {
        if (quote ? line[i] == quote : line[i] == '\'' || line[i] == '"')
            quote = quote ? '\0' : line[i];
        else if (line[i] == '\\' && i + 1 < len)
            i++;
        else if (!quote && (line[i] == ' ' || line[i] == '\t'))
            begin = i + 1;
    }
    *quoted = quote != '\0';
    return begin;
}

// Copies the word without its backslashes.
static void take_typed(struct completion *c, const char *word, size_t len)
{
    for (size_t i = 0; i < len && c->typed_len + 1 < sizeof(c->typed); i++) {
        if (word[i] == '\\' && i + 1 < len)
            i++;
        c->typed[c->typed_len++] = word[i];
    }
    c->typed[c->typed_len] = '\0';
}

static const char *usage_of(const char *line)
{
    size_t begin = strspn(line, " \t");
    size_t len = strcspn(line + begin, " \t");
    for (size_t i = 0; i < num_commands; i++) {
        if (strlen(commands[i].name) == len && !memcmp(commands[i].name, line + begin, len))
            return commands[i].usage;
    }
    return "";
}

void complete_line(struct completion *c, const char *line, size_t len)
{
    bool quoted;
    memset(c, 0, sizeof(*c));
    size_t begin = begin_of_word(line, len, &quoted);
    const char *usage = usage_of(line);
    if (quoted)
        return;
    take_typed(c, line + begin, len - begin);
    if (strspn(line, " \t") >= begin)
        add_commands(c);
    else if (strstr(usage, "COMMAND"))
        add_commands(c);
    else if (strstr(usage, "TASK"))
        add_tasks(c);
    else if (strstr(usage, "FILE") || strstr(usage, "DIR") || strstr(usage, "PATH") ||
             strstr(usage, "FROM"))
        add_paths(c);
}

void complete_text(const struct completion *c, char *text, size_t size)
{
    size_t len = 0;
    for (const char *p = c->num > 0 ? c->common + c->typed_len : ""; *p && len + 3 < size; p++) {
        if (must_escape(*p))
            text[len++] = '\\';
        text[len++] = *p;
    }
    if (c->num == 1 && !c->is_cut)
        text[len++] = c->is_directory[0] ? '/' : ' ';
    text[len] = '\0';
}

void complete_free(struct completion *c)
{
    for (size_t i = 0; i < c->num; i++)
        free(c->names[i]);
}
