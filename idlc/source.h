// Source files: their text, and which were read already.
#ifndef IDLC_SOURCE_H
#define IDLC_SOURCE_H

#include <sys/types.h>
#include "ast.h"

struct token;

struct source {
    struct source *next;
    const char *path; // as messages show it
    const char *text; // NUL-terminated
    size_t len;
    unsigned order; // in which it was first read
    bool is_stdin;
    bool is_open; // being parsed: including it again is a cycle
    struct token *tokens;
    struct source *includer;
    unsigned depth;       // includers above it
    struct namespace *ns; // it was included inside of
    dev_t dev;
    ino_t ino;
};

enum source_status {
    SOURCE_NEW,    // read now
    SOURCE_KNOWN,  // the same file was read before, perhaps under another name
    SOURCE_FAILED, // errno says why
};

// Finds or reads a file; "-" is standard input. `*source` is set unless it failed. With
// `only_regular`, anything but a file of a disk is refused: an include must not wait at a FIFO or a
// terminal; "-" is a file then.
enum source_status source_open(struct program *program, const char *path, bool only_regular,
                               struct source **source);
// A source that is in no file.
struct source *source_add(struct program *program, const char *name, const char *text, size_t len);

// Line and column, from 1; columns count characters, a tab as one.
void source_position(const struct span *span, size_t *line, size_t *column);
// The line that holds `pos`, without its end.
struct span source_line(const struct source *source, size_t pos);
// The last part of the path: what generated files say, so that they do not depend on where the
// tree lies.
const char *source_basename(const struct source *source);

#endif
