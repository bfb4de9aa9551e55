// The file system's own tables: superblocks, group descriptors, bitmaps, tables of inodes, the
// journal. No file can have a block of them, whatever a damaged one claims.
#ifndef EXT4FS_TABLES_H
#define EXT4FS_TABLES_H

#include "volume.h"

// Finds them, before the file system is written.
//
// ERR_NO_MEMORY. ERR_UNAVAILABLE: damaged.
__mustuse error_t tables_find(struct volume *volume);

// Whether a file can have some blocks: all are on the device and none is of a table.
bool tables_allow(struct volume *volume, uint64_t first, uint64_t num);

#endif
