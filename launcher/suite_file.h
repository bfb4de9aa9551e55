// Reads a suite file and checks it; nothing here starts anything. The format is described in
// oolong-suite(5).
#ifndef LAUNCHER_SUITE_FILE_H
#define LAUNCHER_SUITE_FILE_H

#include "manifest.h"
#include "settings.h"

// Reads and checks a suite file. Returns whether it is free of errors; they are in
// `mf->errors`. Release with manifest_free() in both cases.
bool manifest_load(struct manifest *mf, const char *path, const struct settings *settings);

// The same for a text in memory, as if it were the file `path`.
bool manifest_parse(struct manifest *mf, const char *path, const char *text, size_t len,
                    const struct settings *settings);

#endif
