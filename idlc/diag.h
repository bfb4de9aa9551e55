// Diagnostics: collected by all stages, printed once, in the order of the files.
#ifndef IDLC_DIAG_H
#define IDLC_DIAG_H

#include <stdio.h>
#include "ast.h"

struct diag {
    struct span span; // without a source: of no file
    bool is_warning;
    const char *text;
    const char *help; // what to do, or NULL
    struct span note; // another place; without a source: none
    const char *note_text;
    size_t order; // in which it was reported
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
// Reports a warning: something that is no error, but probably a mistake.
__attribute__((format(printf, 3, 4))) void diag_warn(struct program *program, struct span span,
                                                     const char *format, ...);
// Adds advice to the error that was reported last, unless it has some.
__attribute__((format(printf, 2, 3))) void diag_help(struct program *program, const char *format,
                                                     ...);
// Adds a second place to the error that was reported last.
void diag_note(struct program *program, struct span span, const char *text);

// Prints the first errors and warnings, and how many more there are.
void diag_print(struct program *program, FILE *out);
void diag_free(struct diag_list *list);

#endif
