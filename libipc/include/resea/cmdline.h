// A task's command line: commands with positional arguments.
//
//     char *path;
//     char *cmd;
//     cmdline_init();
//     cmdline_cmd("cat");
//     cmdline_arg(&path, "cat", "path", false);
//     cmdline_parse(task_cmdline(), &cmd);
#ifndef RESEA_CMDLINE_H
#define RESEA_CMDLINE_H

#include <oolong/list.h>
#include <oolong/types.h>
#include <resea/printf.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Forgets all commands and arguments, and frees the strings of the last parse. It need not be
/// called before the first command.
void cmdline_init(void);

/// Registers a command. If a program registers none, the whole line consists of arguments, which
/// belong to the command NULL.
void cmdline_cmd(const char *name);

/// Registers the next positional argument of `cmd` (NULL: of a line without commands).
/// cmdline_parse() sets `*result` to the argument, or to NULL if it is optional and not given. The
/// library owns that string, which is valid until the next parse or cmdline_init(). Register
/// required arguments before optional ones. The library keeps the pointers `cmd` and `name`.
void cmdline_arg(char **result, const char *cmd, const char *name, bool optional);

/// Parses a line of words that are separated by blanks. Words can be quoted with '' or "", and
/// \ takes the next character literally. `*cmd_name` (if not NULL) becomes the command. Returns OK.
///
/// If the command is unknown, an argument is missing or there is one too many, or a quote is not
/// closed, it logs that and the possible lines, and ends the program with exit status 1.
error_t cmdline_parse(const char *cmdline, char **cmd_name);

#ifdef __cplusplus
}
#endif

#endif
