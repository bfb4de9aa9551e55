// Small helpers: lists of strings, splitting of command lines, texts of errors, and the time.
#ifndef LAUNCHER_UTIL_H
#define LAUNCHER_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "memory.h"

// A growing list of strings. `items` ends with NULL, so that it can be used as argv.
struct strings {
    char **items;
    size_t len;
};

// Appends a copy of `text`.
void strings_add(struct strings *list, const char *text);
void strings_free(struct strings *list);
bool strings_contain(const struct strings *list, const char *text);

// Appends the words of `text` to `list`. Words are separated by blanks and may be quoted by '...'
// or
// "...". A backslash makes the next character an ordinary one; inside "..." only before " and \.
// Returns NULL, or what is wrong with the text; `list` may have been extended then.
const char *split_command(const char *text, struct strings *list);

// Whether `text` is 1 to 63 characters of A-Z a-z 0-9 _ . - and so can name a task or a file.
bool is_plain_name(const char *text);

// Like strerror(), but names the limit of this process that caused the error, if one did. Valid
// until the next call.
const char *error_text(int error);

// Nanoseconds of CLOCK_MONOTONIC.
uint64_t now_ns(void);
#define NS_PER_MS 1000000ull

#endif
