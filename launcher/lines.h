// The syntax of a suite file's lines: comments, section heads, `key = value`, and lines that
// continue a value. suite_file.c and keys.c know what they mean.
#ifndef LAUNCHER_LINES_H
#define LAUNCHER_LINES_H

#include <stdbool.h>
#include <stddef.h>

// One `key = value`, or a line that continues a value.
struct pair {
    int line;
    const char *key;
    const char *value; // without blanks around it
    bool is_more;      // the line begins with a blank and continues the value of `key`
    bool has_comment;  // the line has a comment after the value
};

// The functions that get the lines. The texts are valid during the call only.
struct lines_user {
    // `head` is the text between [ and ], or NULL if it is broken.
    void (*section)(void *arg, int line, const char *head);
    void (*pair)(void *arg, const struct pair *pair);
    void (*error)(void *arg, int line, const char *text);
};

// Reads all lines of a text, in their order. Lines end with LF, CR LF or CR.
void lines_read(const char *text, size_t len, const struct lines_user *user, void *arg);

#endif
