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

/// Forgets all commands and arguments, and frees the strings of the last parse. A program need not
/// call it before its first command.
void cmdline_init(void);

/// Registers a command. Without any, the whole line is arguments (of the command NULL).
void cmdline_cmd(const char *name);

/// Registers the next positional argument of `cmd` (NULL: of a line without commands). `*result`
/// becomes the argument, or NULL when it is optional and not given; the library owns the string
/// until the next cmdline_init(). Required arguments come first.
void cmdline_arg(char **result, const char *cmd, const char *name, bool optional);

/// Parses a line: words separated by blanks, quoted with '' or "", \ takes the next character as
/// it is. `*cmd_name` (if not NULL) becomes the command, as registered. Returns OK.
///
/// When there is no such command, an argument is missing or too many, or a quote is open, it says
/// so and what can be written, and ends the program with exit status 1.
error_t cmdline_parse(const char *cmdline, char **cmd_name);

#ifdef __cplusplus
}
#endif

#endif
