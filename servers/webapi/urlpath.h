// Makes the path of a file from the target of a request.
#ifndef WEBAPI_URLPATH_H
#define WEBAPI_URLPATH_H

#include <oolong/types.h>

// Makes a path from a target: removes the query, decodes %XX, resolves "." and "..", and leaves one
// '/' between names. `path` must have room for the length of the target and 2 more bytes. `*is_dir`
// says whether the target ended with a '/'. False: it is no path, or leads above the root.
bool target_to_path(const char *target, char *path, bool *is_dir);

#endif
