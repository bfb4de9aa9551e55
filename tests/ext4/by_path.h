// What changes directories in ext4fs, by path, for tests.
#ifndef TESTS_EXT4_BY_PATH_H
#define TESTS_EXT4_BY_PATH_H

#include "tree.h"

// `mode` has the kind; `target` is of a symbolic link, else NULL.
__mustuse error_t path_make(struct volume *volume, const char *path, uint32_t mode,
                            const char *target);
__mustuse error_t path_link(struct volume *volume, const char *from, const char *to);
__mustuse error_t path_remove(struct volume *volume, const char *path);
__mustuse error_t path_rmdir(struct volume *volume, const char *path);
__mustuse error_t path_rename(struct volume *volume, const char *from, const char *to);
__mustuse error_t path_exchange(struct volume *volume, const char *from, const char *to);

#endif
