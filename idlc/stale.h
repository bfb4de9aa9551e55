// Headers that earlier runs left behind.
#ifndef IDLC_STALE_H
#define IDLC_STALE_H

#include "output.h"

// Removes the headers below `dir` that an earlier run wrote for a namespace and this run did not
// write. On failure a message is on stderr, and false is returned.
bool stale_remove(const struct output *output, const char *dir);

#endif
