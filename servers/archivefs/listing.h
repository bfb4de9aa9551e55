// Directory listings in the form of fs.list.
#ifndef ARCHIVEFS_LISTING_H
#define ARCHIVEFS_LISTING_H

#include "index.h"

// Packs the entries of directory `dir` from number `first` on, as many as fit in `max_len` bytes
// (at least one does). `*next` is the number after the last one packed, or 0 at the end. The caller
// frees `*entries`.
//
// ERR_NO_MEMORY.
__mustuse error_t listing_pack(const struct index *index, uint32_t dir, uint32_t first,
                               size_t max_len, void **entries, size_t *len, uint32_t *next);

#endif
