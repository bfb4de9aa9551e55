// Small things that several files of the launcher need: growing lists of strings, the splitting of
// command lines, the text of an error, and the time.
#ifndef LAUNCHER_UTIL_H
#define LAUNCHER_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "memory.h"

// A growing list of strings. `items` has one more entry, NULL, so that it can be an argv.
struct strings {
    char **items;
    size_t len;
};

// Appends a copy of `text`.
void strings_add(struct strings *list, const char *text);
void strings_free(struct strings *list);
bool strings_contain(const struct strings *list, const char *text);

// Appends the words of `text` to `list`: separated by blanks, grouped by '...' and "...", a
// backslash takes the next character as it is (inside "..." only before " and \). Returns NULL, or
// what is wrong with the text; `list` may then have been extended.
const char *split_command(const char *text, struct strings *list);

// Whether `text` is 1 to 63 characters of A-Z a-z 0-9 _ . - and so can name a task or a file.
bool is_plain_name(const char *text);

// strerror() that names the limit behind the error, where it is one of this process. Valid until
// the next call.
const char *error_text(int error);

// Nanoseconds of CLOCK_MONOTONIC.
uint64_t now_ns(void);
#define NS_PER_MS 1000000ull

#endif
