// What is wrong with a suite file: errors with their lines.
#ifndef LAUNCHER_DIAGNOSTICS_H
#define LAUNCHER_DIAGNOSTICS_H

#include <stdio.h>
#include "manifest.h"

// Notes an error. `line` is 0 for the file as a whole.
void manifest_error(struct manifest *mf, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Prints "path:line: error: text" lines, lowest line first.
void manifest_print_errors(const struct manifest *mf, FILE *out);

#endif
