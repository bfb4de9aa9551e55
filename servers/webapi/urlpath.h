// What a request's target names.
#ifndef WEBAPI_URLPATH_H
#define WEBAPI_URLPATH_H

#include <oolong/types.h>

// Makes a path of a target: without its query, %XX decoded, "." and ".." followed, one '/' between
// names. `path` has room for as many bytes as the target and 2 more. `*is_dir` says that it ended
// with a '/'. False: it is no path of a file system, or leads above its root.
bool target_to_path(const char *target, char *path, bool *is_dir);

#endif
