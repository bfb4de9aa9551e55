// Messages that do not control a terminal. What tasks print (see <oolong/printable.h>), and names
// and paths that others chose, would else move the cursor, so that one task writes another one's
// line, or have the terminal type into the user's shell.
#ifndef LAUNCHER_MASK_H
#define LAUNCHER_MASK_H

#include <stdbool.h>
#include <stdio.h>

// Whether the user's terminals take UTF-8, as the locale says (LC_ALL, LC_CTYPE, LANG).
bool mask_is_utf8(void);

// For one line of a message: replaces what is not printable by '?', newlines and tabs too, and on a
// terminal what it does not take. Elsewhere bytes from 0xa0 on that are not UTF-8 stay.
void mask_line(char *text, bool on_terminal);

// Prints a line like that, and a newline.
void mask_print(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Whether `text` is UTF-8 without anything that would be replaced.
bool is_printable(const char *text);

#endif
