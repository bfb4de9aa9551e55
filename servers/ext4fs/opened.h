// Files that are open, and what becomes of those that lose their last name meanwhile: they are
// orphans, listed in the superblock, until they are closed or the file system is next opened.
#ifndef EXT4FS_OPENED_H
#define EXT4FS_OPENED_H

#include "volume.h"

struct opened {
    list_elem_t elem;
    ext2_ino_t ino;
    unsigned count;
    bool is_orphan;
};

void opened_init(struct volume *volume);
// Forgets what is open.
void opened_drop(struct volume *volume);

// NULL: it is not open.
struct opened *opened_find(struct volume *volume, ext2_ino_t ino);

// Counts one more opening of a file. NULL: out of memory.
struct opened *opened_get(struct volume *volume, ext2_ino_t ino);

// Counts one less; an orphan that is not open any more is freed.
//
// As inode_free().
error_t opened_put(struct volume *volume, struct opened *file);

// Takes a link from a file, or from a directory all that it has, and frees the inode with the last
// one, at once or when it is closed.
//
// ERR_UNAVAILABLE: damaged. ERR_NO_MEMORY, or as the device.
__mustuse error_t opened_unlink(struct volume *volume, ext2_ino_t ino);

// Frees what the orphans of an earlier time hold.
__mustuse error_t opened_free_orphans(struct volume *volume);

#endif
