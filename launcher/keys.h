// The keys of a suite file and what their values mean.
#ifndef LAUNCHER_KEYS_H
#define LAUNCHER_KEYS_H

#include "manifest.h"

// A value's place in the suite file.
struct place {
    struct manifest *mf;
    struct task_spec *task; // NULL in [suite]
    int line;
    const char *key;
    bool from_setting; // the value begins with ${...}
    bool has_comment;  // the line has a comment after the value
};

// Take one `key = value` of a section. `is_more`: the line continues the value.
void manifest_suite_key(struct place *at, const char *value);
void manifest_task_key(struct place *at, const char *value, bool is_more);

#endif
