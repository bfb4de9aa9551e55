// The lines of a suite file: comments, heads of sections, `key = value` and what continues a value.
// What they mean is the manifest's.
#ifndef LAUNCHER_LINES_H
#define LAUNCHER_LINES_H

#include <stdbool.h>
#include <stddef.h>

// One `key = value`, or more of the value above it.
struct pair {
    int line;
    const char *key;
    const char *value; // without blanks around it
    bool is_more;      // the line begins with a blank and continues the value of `key`
    bool has_comment;  // behind the value
};

// What is done with the lines. The texts are valid during the call only.
struct lines_user {
    void (*section)(void *arg, int line, const char *head); // what stands between [ and ]
    void (*pair)(void *arg, const struct pair *pair);
    void (*error)(void *arg, int line, const char *text);
};

// Reads all lines of a text, in their order. Lines end with LF, CR LF or CR.
void lines_read(const char *text, size_t len, const struct lines_user *user, void *arg);

#endif
