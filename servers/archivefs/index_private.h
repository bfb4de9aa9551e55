// What index.c and lookup.c share.
#ifndef ARCHIVEFS_INDEX_PRIVATE_H
#define ARCHIVEFS_INDEX_PRIVATE_H

#include "index.h"

// The hash slot of a name: 0 if there is none, else a node's number + 1.
uint32_t *index_slot(const struct index *index, uint32_t parent, const struct path_part *part);

// Finds a tidy path without following links. False: no such path.
bool index_find_plain(const struct index *index, const char *path, uint32_t *node);

// Puts the children of each directory together in name order; drops what was replaced.
__mustuse error_t index_sort(struct index *index);

#endif
