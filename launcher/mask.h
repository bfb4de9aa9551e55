// Text that does not control a terminal. What tasks print, and names and paths that others chose,
// would else move the cursor, so that one task writes another one's line, or have the terminal type
// into the user's shell.
#ifndef LAUNCHER_MASK_H
#define LAUNCHER_MASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

// Whether the user's terminals take UTF-8, as the locale says (LC_ALL, LC_CTYPE, LANG).
bool mask_is_utf8(void);

// For a terminal: replaces by '?' what is not printable text, byte by byte, except newlines and
// tabs: control characters (C1 too, raw and as UTF-8), what changes the direction of text, and what
// is not UTF-8. A '\r' before a newline becomes a blank. Without `is_utf8`, all that is not ASCII
// is replaced: each byte of a character of UTF-8 could be a C1 there.
//
// Returns how many bytes are done: all but those at the end that more bytes may complete.
size_t mask_for_terminal(char *data, size_t len, bool is_utf8);

// For one line of a message: newlines and tabs as well, and what is not done. Not on a terminal,
// bytes from 0xa0 on that are not UTF-8 stay.
void mask_line(char *text, bool on_terminal);

// Prints a line like that, and a newline.
void mask_print(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Whether `text` is UTF-8 without anything that would be replaced.
bool is_printable(const char *text);

#endif
