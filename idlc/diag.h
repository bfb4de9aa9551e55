// Diagnostics: collected by all stages, printed once, in the order of the files.
#ifndef IDLC_DIAG_H
#define IDLC_DIAG_H

#include <stdio.h>

#include "ast.h"

struct diag {
    struct span span; // source NULL: of no file
    bool is_warning;
    const char *text;
    const char *help; // what to do, or NULL
    struct span note; // another place, source NULL: none
    const char *note_text;
    size_t order; // of reporting, among equals
};
struct diag_list {
    struct diag *diags;
    size_t len; // at most MAX_DIAGS are kept
    size_t num_errors;
    size_t num_warnings;
};

// Reports an error at a place.
__attribute__((format(printf, 3, 4))) void diag_error(struct program *program, struct span span,
                                                      const char *format, ...);
// Reports what is no error, but hardly meant.
__attribute__((format(printf, 3, 4))) void diag_warn(struct program *program, struct span span,
                                                     const char *format, ...);
// Adds to the error reported last what to do about it; the first one said stays.
__attribute__((format(printf, 2, 3))) void diag_help(struct program *program, const char *format,
                                                     ...);
// Adds to the error reported last another place that it speaks of.
void diag_note(struct program *program, struct span span, const char *text);

// Prints the errors and warnings, at most a screenful or two, and says how many more there are.
void diag_print(struct program *program, FILE *out);
void diag_free(struct diag_list *list);

#endif
