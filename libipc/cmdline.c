// Parsing a task's command line: see the example in <resea/cmdline.h>.

#include <resea/cmdline.h>
#include <stdlib.h>
#include <string.h>
#include <oolong/list.h>
#include <resea/printf.h>

struct arg {
    list_elem_t elem;
    const char *cmd; // NULL: of a line without commands
    const char *name;
    char **result;
    bool optional;
};

struct cmd {
    list_elem_t elem;
    char *name;
};

struct word {
    list_elem_t elem;
    char text[];
};

static list_t cmds = {&cmds, &cmds};
static list_t args = {&args, &args};
static list_t words = {&words, &words};

static void free_words(void)
{
    struct word *w;
    while ((w = LIST_POP_FRONT(&words, struct word, elem)))
        free(w);
}

void cmdline_init(void)
{
    struct arg *a;
    struct cmd *c;
    while ((a = LIST_POP_FRONT(&args, struct arg, elem)))
        free(a);
    while ((c = LIST_POP_FRONT(&cmds, struct cmd, elem))) {
        free(c->name);
        free(c);
    }
    free_words();
}

void cmdline_cmd(const char *name)
{
    struct cmd *c = calloc(1, sizeof(*c));
    if (c)
        c->name = strdup(name);
    if (!c || !c->name)
        PANIC("out of memory");
    list_push_back(&cmds, &c->elem);
}

void cmdline_arg(char **result, const char *cmd, const char *name, bool optional)
{
    struct arg *a = calloc(1, sizeof(*a));
    if (!a)
        PANIC("out of memory");
    *a = (struct arg){.cmd = cmd, .name = name, .result = result, .optional = optional};
    list_push_back(&args, &a->elem);
}

static bool belongs(const struct arg *a, const char *cmd)
{
    return a->cmd && cmd ? !strcmp(a->cmd, cmd) : a->cmd == cmd;
}

// What can be written, a line for each command.
static void print_usage(const char *cmd)
{
    char line[256];
    size_t len = (size_t)snprintf(line, sizeof(line), "usage:%s%s", cmd ? " " : "", cmd ? cmd : "");
    LIST_FOR_EACH (a, &args, struct arg, elem) {
        if (belongs(a, cmd) && len < sizeof(line))
            len += (size_t)snprintf(line + len, sizeof(line) - len, a->optional ? " [%s]" : " <%s>",
                                    a->name);
    }
    WARN("%s", line);
}

// A command line that is not what the program has registered ends it.
static void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
static void fail(const char *fmt, ...)
{
    char why[256];
    va_list list;
    va_start(list, fmt);
    vsnprintf(why, sizeof(why), fmt, list);
    va_end(list);
    WARN("%s", why);
    if (list_is_empty(&cmds))
        print_usage(NULL);
    LIST_FOR_EACH (c, &cmds, struct cmd, elem)
        print_usage(c->name);
    printf_flush();
    exit(EXIT_FAILURE);
}

// Reads one word into `out`, which has room for the rest of the line. Returns what follows it, NULL
// when a quote is open.
static const char *read_word(const char *s, char *out)
{
    char quote = '\0';
    for (; *s; s++) {
        if (quote) {
            if (*s == quote)
                quote = '\0';
            else if (*s == '\\' && quote == '"' && s[1])
                *out++ = *++s;
            else
                *out++ = *s;
        } else if (*s == ' ' || *s == '\t' || *s == '\n') {
            break;
        } else if (*s == '\'' || *s == '"') {
            quote = *s;
        } else {
            if (*s == '\\' && s[1])
                s++;
            *out++ = *s;
        }
    }
    *out = '\0';
    return quote ? NULL : s;
}

static void split(const char *line)
{
    free_words();
    for (;;) {
        line += strspn(line, " \t\n");
        if (!*line)
            return;
        struct word *w = malloc(sizeof(*w) + strlen(line) + 1);
        if (!w)
            PANIC("out of memory");
        line = read_word(line, w->text);
        list_push_back(&words, &w->elem);
        if (!line)
            fail("a quote is not closed in: %s", w->text);
    }
}

static char *find_cmd(const char *name)
{
    LIST_FOR_EACH (c, &cmds, struct cmd, elem) {
        if (!strcmp(c->name, name))
            return c->name;
    }
    return NULL;
}

static void assign(const char *cmd, list_elem_t *at)
{
    LIST_FOR_EACH (a, &args, struct arg, elem) {
        if (!belongs(a, cmd))
            continue;
        if (at != &words) {
            *a->result = LIST_CONTAINER(at, struct word, elem)->text;
            at = at->next;
        } else if (a->optional) {
            *a->result = NULL;
        } else {
            fail("the argument <%s> is missing", a->name);
        }
    }
    if (at != &words)
        fail("too many arguments: \"%s\"", LIST_CONTAINER(at, struct word, elem)->text);
}

error_t cmdline_parse(const char *cmdline, char **cmd_name)
{
    split(cmdline);
    list_elem_t *at = words.next;
    char *cmd = NULL;
    if (!list_is_empty(&cmds)) {
        const char *name = at == &words ? "" : LIST_CONTAINER(at, struct word, elem)->text;
        cmd = find_cmd(name);
        if (!cmd && at == &words)
            fail("the command is missing");
        if (!cmd)
            fail("no such command: \"%s\"", name);
        at = at->next;
    }
    assign(cmd, at);
    if (cmd_name)
        *cmd_name = cmd;
    return OK;
}
