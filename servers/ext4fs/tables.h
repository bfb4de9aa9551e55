// The file system's own tables: superblocks, group descriptors, bitmaps, tables of inodes and the
// journal. A file that claims one of their blocks is damaged.
#ifndef EXT4FS_TABLES_H
#define EXT4FS_TABLES_H

#include "volume.h"

// Finds the tables. Call it before the file system is written.
//
// ERR_NO_MEMORY. ERR_UNAVAILABLE: damaged.
__mustuse error_t tables_find(struct volume *volume);

// Whether a file can have these blocks: all are on the device, and none belongs to a table.
bool tables_allow(struct volume *volume, uint64_t first, uint64_t num);

#endif
