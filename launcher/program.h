// Finds programs and opens the files of tasks.
#ifndef LAUNCHER_PROGRAM_H
#define LAUNCHER_PROGRAM_H

#include "manifest.h"

// Sets `*path` (the caller frees it) to where a program must be, and returns whether it can be
// executed, else with errno set.
bool program_find(const char *program, char **path);

// Checks that the programs and files of a suite are there. The errors are in the manifest.
void program_check_all(struct manifest *mf);

// Returns a descriptor, or -1 with `*error` set to a text of the C library's or of ours.
int spec_file_open(const struct spec_file *file, const char **error);

#endif
