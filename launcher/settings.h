// The values that the user gives a suite file: ${KEY}, with --set KEY=VALUE.
#ifndef LAUNCHER_SETTINGS_H
#define LAUNCHER_SETTINGS_H

#include "util.h"

struct settings {
    struct strings pairs; // "KEY=VALUE"; the last one of a KEY counts
};

// Replaces each ${KEY} in `value`. Returns the text (the caller frees it) or NULL with `*error` set
// to a text that the caller frees.
char *settings_expand(const struct settings *settings, const char *value, char **error);

// Whether a key was given.
bool settings_have(const struct settings *settings, const char *key);

#endif
