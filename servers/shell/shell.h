// Declarations that the shell's files share.
#ifndef SHELL_H
#define SHELL_H

#include <types.h>
#include <stddef.h>
#include <stdio.h>

#define WORDS_MAX 64

// One command of the table. `run` gets the words of the line, with the command's name first. If it
// fails, it prints why and returns false.
struct command {
    const char *name;
    const char *usage; // the arguments
    const char *help;
    unsigned min_args;
    unsigned max_args;
    bool (*run)(unsigned argc, char **argv);
};

// commands.c
extern const struct command commands[];
extern const size_t num_commands;
bool run_line(char *line);

// cmd_fs.c
bool cmd_ls(unsigned argc, char **argv);
bool cmd_cat(unsigned argc, char **argv);
bool cmd_stat(unsigned argc, char **argv);
bool cmd_write(unsigned argc, char **argv);
bool cmd_hexdump(unsigned argc, char **argv);

// cmd_change.c
bool cmd_mkdir(unsigned argc, char **argv);
bool cmd_rmdir(unsigned argc, char **argv);
bool cmd_rm(unsigned argc, char **argv);
bool cmd_mv(unsigned argc, char **argv);
bool cmd_cp(unsigned argc, char **argv);
bool cmd_ln(unsigned argc, char **argv);
bool cmd_chmod(unsigned argc, char **argv);
bool cmd_truncate(unsigned argc, char **argv);
bool cmd_sync(unsigned argc, char **argv);
bool cmd_df(unsigned argc, char **argv);

// cmd_net.c
bool cmd_ping(unsigned argc, char **argv);
bool cmd_dns(unsigned argc, char **argv);
bool cmd_http_get(unsigned argc, char **argv);

// cmd_task.c
bool cmd_ps(unsigned argc, char **argv);
bool cmd_launch(unsigned argc, char **argv);
bool cmd_watch(unsigned argc, char **argv);
bool cmd_kill(unsigned argc, char **argv);
bool cmd_quit(unsigned argc, char **argv);
// The launcher's table of tasks, as ps prints it. The caller frees it. NULL: the launcher refused.
char *task_table(void);

// words.c

// Splits a line in place: words are separated by blanks, '' and "" keep blanks, \ keeps the next
// character, and # begins a comment. Returns the number of words, ERR_INVALID_ARG if a quote is not
// closed, or ERR_TOO_LARGE if there are more than WORDS_MAX words.
int split_words(char *line, char *words[WORDS_MAX]);

// Joins words to a line that split_words() splits into the same words. The caller frees it. NULL:
// out of memory.
char *join_words(unsigned argc, char **argv);

// Converts "1234" to a number of at most `max`. False: the text is no such number.
bool parse_number(const char *text, unsigned long long max, unsigned long long *number);

// services.c: servers by name, and error messages.

// True when commands come from a terminal.
extern bool interactive;

// Finds the server of a name. If there is none, prints an error and returns false.
bool find_service(const char *name, task_t *task);

// The stream for error messages: standard output at a terminal, standard error in a script.
FILE *errors(void);

// Prints "WHAT: the error in words", and returns false.
bool complain(const char *what, error_t err);

// events.c: the ends of watched tasks, and other messages that come while a command runs.

// Tells vm to say when a task ends.
__mustuse error_t events_watch(task_t task, const char *label);

// Results of events_take(), as bits.
enum events {
    EVENTS_ANY = 1,     // it took a message
    EVENTS_CONSOLE = 2, // the user has typed something
    EVENTS_PRINTED = 4, // it printed lines
};

// Takes one message that is waiting, or with `wait` the next one, and prints which watched tasks
// have ended. `before` is printed before each line.
unsigned events_take(bool wait, const char *before);

// Prints which watched tasks have ended, as events_take() does. Returns whether it printed
// something.
bool events_pull(const char *before);

// The exit status, as in task.exited, of the watched task that ended last.
int events_last_status(void);

// Whether a watched task has not ended yet.
bool events_watching(task_t task);

// editor.c: the terminal.

// Sets up the line editor. Call it before the sandbox starts. False: standard input is no terminal.
bool editor_prepare(void);

// The next line, after the prompt `text`; valid until the next call. NULL at the end of the input.
char *editor_line(const char *text);

#endif
