// Directories in the form of fs.list.
#ifndef EXT4FS_LISTING_H
#define EXT4FS_LISTING_H

#include "volume.h"

// Packs entries of a directory from number `first` on, in name order, into up to `max_len` bytes,
// but at least one entry. The caller frees `*entries`. `*next` is as in fs.list.
//
// ERR_NOT_ACCEPTABLE: not a directory. ERR_NO_MEMORY, ERR_UNAVAILABLE.
__mustuse error_t listing_pack(struct volume *volume, ext2_ino_t dir, unsigned first,
                               size_t max_len, void **entries, size_t *len, unsigned *next);

// Packs entries in the directory's own order, as fs.node_list. The caller frees `*entries`.
//
// ERR_NOT_ACCEPTABLE: not a directory. ERR_TOO_SMALL: not even one entry fits.
__mustuse error_t listing_pack_nodes(struct volume *volume, ext2_ino_t dir, uint64_t after,
                                     size_t max_len, void **entries, size_t *len);

#endif
