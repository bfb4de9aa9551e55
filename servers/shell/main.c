// shell: commands on files and tasks, from a terminal or a script.
//
// Sandbox: profile "console": the system calls of every task, and reading, polling and setting the
// terminal on descriptors 0 and 1. oolong_prepare() reads the script and sets up the editor before
// the sandbox starts.
#include <resea/printf.h>
#include <resea/task.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "output.h"
#include "shell.h"

#define PROMPT     "oolong> "
#define SCRIPT_MAX (1024 * 1024)

static const char help[] =
    "usage: shell [-k] [-c COMMAND | -]\n"
    "\n"
    "Runs commands: of the script that the suite gives as file.script, then of a\n"
    "terminal, with line editing, completion of commands and history. Without a\n"
    "terminal, or with -, they are read from standard input.\n"
    "\n"
    "  -c COMMAND  run this one command\n"
    "  -k          keep going: in a script, an error does not end it\n"
    "  -           read commands from standard input as a script\n"
    "\n"
    "In a script each command is printed before it runs, and the first error ends it\n"
    "with status 1. A line is words separated by blanks; '' and \"\" keep blanks, \\\n"
    "keeps a character, # begins a comment. Commands:\n"
    "\n";

static bool has_editor;
static bool keep_going;
static bool read_stdin;   // "-"
static char *one_command; // "-c"
static char *script;      // the text of file.script

// Reads a whole script. In the sandbox, no allowed system call could read it.
static char *read_script(int fd)
{
    char *text = malloc(SCRIPT_MAX + 1);
    size_t len = 0;
    ssize_t n = 1;
    while (text && n > 0 && len < SCRIPT_MAX) {
        n = pread(fd, &text[len], SCRIPT_MAX - len, (off_t)len);
        len += n > 0 ? (size_t)n : 0;
    }
    if (!text || n != 0) {
        fprintf(stderr, "shell: the script cannot be read, or is over a megabyte\n");
        exit(EXIT_FAILURE);
    }
    text[len] = '\0';
    return text;
}

void oolong_prepare(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    int fd = task_file("script");
    if (fd >= 0)
        script = read_script(fd);
    has_editor = editor_prepare();
    if (isatty(STDOUT_FILENO))
        output_to_terminal();
}

// Runs a line of a script. False: the script ends.
static bool run_script_line(char *line)
{
    line[strcspn(line, "\n")] = '\0';
    printf(PROMPT);
    (void)output_write(line, strlen(line));
    printf("\n");
    bool ok = run_line(line);
    while (events_take(false, ""))
        ;
    return ok || keep_going;
}

static bool run_script(char *text)
{
    char *line;
    while ((line = strsep(&text, "\n"))) {
        if (*line == '\0' && !text)
            break;
        if (!run_script_line(line))
            return false;
    }
    return true;
}

// Reads the next line of standard input. (stdio would call fstat(), which the sandbox forbids.) The
// caller frees it. NULL: the end.
static char *read_line(void)
{
    static char buf[4096];
    static ssize_t num, at;
    char *line = NULL;
    size_t len = 0;
    while (true) {
        if (at == num) {
            at = 0;
            num = read(STDIN_FILENO, buf, sizeof(buf));
        }
        if (num <= 0 || len >= SCRIPT_MAX)
            return line;
        char *bigger = realloc(line, len + 2);
        if (!bigger)
            return line;
        line = bigger;
        line[len] = buf[at++];
        line[len + 1] = '\0';
        if (line[len++] == '\n')
            return line;
    }
}

static bool run_stdin(void)
{
    char *line;
    bool ok = true;
    while (ok && (line = read_line())) {
        ok = run_script_line(line);
        free(line);
    }
    return ok;
}

static void run_terminal(void)
{
    char *line;
    interactive = true;
    while ((line = editor_line(PROMPT)))
        run_line(line);
    printf("\n");
}

static void parse_arguments(void)
{
    char **argv = task_argv();
    for (int i = 1; i < task_argc(); i++) {
        if (strcmp(argv[i], "-k") == 0) {
            keep_going = true;
        } else if (strcmp(argv[i], "-") == 0) {
            read_stdin = true;
        } else if (strcmp(argv[i], "-c") == 0 && i + 1 < task_argc()) {
            one_command = argv[++i];
        } else if (strcmp(argv[i], "--help") == 0) {
            printf("%s", help);
            char command[] = "help";
            exit(run_line(command) ? EXIT_SUCCESS : EXIT_FAILURE);
        } else {
            fprintf(stderr, "%s", help);
            exit(2);
        }
    }
}

void main(void)
{
    parse_arguments();
    bool ok;
    if (one_command) {
        ok = run_line(one_command);
    } else {
        ok = !script || run_script(script);
        if (ok && has_editor && !read_stdin)
            run_terminal();
        else if (ok && (!script || read_stdin))
            ok = run_stdin();
    }
    fflush(stdout);
    if (!ok)
        exit(EXIT_FAILURE);
    char quit[] = "quit";
    run_line(quit);
}
