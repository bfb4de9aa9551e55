// Makes text harmless for a terminal. The output of tasks, and names and paths from outside, may
// contain escape sequences: with these a task could overwrite another task's line, or make the
// terminal type into the user's shell. See <oolong/printable.h>.
#ifndef LAUNCHER_MASK_H
#define LAUNCHER_MASK_H

#include <stdbool.h>
#include <stdio.h>

// Whether the locale (LC_ALL, LC_CTYPE, LANG) says that the terminal shows UTF-8.
bool mask_is_utf8(void);

// Replaces what is not printable in one line by '?', newlines and tabs too. On a terminal, also
// what the terminal cannot show; elsewhere bytes from 0xa0 on that are not UTF-8 stay.
void mask_line(char *text, bool on_terminal);

// Prints a line after mask_line(), and a newline.
void mask_print(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Whether `text` is UTF-8, and mask_line() would replace nothing.
bool is_printable(const char *text);

#endif
