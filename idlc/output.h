// The output files of one run. They are rendered in memory, then all of them are written, or none.
#ifndef IDLC_OUTPUT_H
#define IDLC_OUTPUT_H

#include "memory.h"

struct output_file {
    struct output_file *next;
    char *path;      // below the output folder, except for the list of dependencies
    bool is_depfile; // the list of dependencies
    bool is_done;    // it already has the text, or is a device that has been written
    struct text text;
    char *temporary; // while it is being written
};
struct output {
    struct output_file *files, **last;
};

void output_init(struct output *output);
// Adds a file; its text is the caller's to fill until output_write(). `path` is copied.
struct text *output_add(struct output *output, const char *path);
// The same for the list of dependencies, which goes to `path` itself.
struct text *output_add_depfile(struct output *output, const char *path);
// Writes all files below `dir`, which is made when it is not there. Each appears under its name
// only when all were written; one that has its text already keeps its time. On failure nothing new
// is left, a message is on stderr, and false is returned.
bool output_write(struct output *output, const char *dir);
void output_free(struct output *output);

#endif
