// Paths of archives and clients. No state, no memory of its own.
#ifndef ARCHIVEFS_PATH_H
#define ARCHIVEFS_PATH_H

#include <oolong/types.h>

#define PATH_LEN_MAX 4095 // bytes, without the NUL
#define NAME_LEN_MAX 1023 // bytes of one component

// One component of a path; not NUL-terminated.
struct path_part {
    const char *name;
    size_t len;
};

// Takes the next component off `*path`, without empty ones and ".". False at the end.
bool path_next(const char **path, struct path_part *part);

// True for "..".
bool path_is_parent(const struct path_part *part);

// Writes the tidy form of a member's name into `buf`: no leading, double or trailing slashes, no
// ".", and each ".." removes the component before it, if there is one. The root is "".
//
// ERR_TOO_LARGE: the name, or one of its components, is longer than the limits above or than
// `size`.
__mustuse error_t path_tidy(const char *name, char *buf, size_t size);

#endif
