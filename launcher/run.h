// `oolong run` and `oolong check`.
#ifndef LAUNCHER_RUN_H
#define LAUNCHER_RUN_H

#include "settings.h"
#include "util.h"

struct run_options {
    const char *path; // of the suite file
    struct settings settings;
    struct strings main; // --main: task and arguments; empty: not given
    const char *debug;   // --gdb
    unsigned verbose;
};

// Boots a suite, runs it and returns the exit status of `oolong run`.
int run_suite(const struct run_options *options);
int check_suite(const struct run_options *options);

#endif
