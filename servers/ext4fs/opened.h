// Open files. An open file that loses its last name becomes an orphan. The superblock's list names
// it until it is closed or the file system is opened the next time.
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
// Forgets all open files.
void opened_drop(struct volume *volume);

// NULL: the file is not open.
struct opened *opened_find(struct volume *volume, ext2_ino_t ino);

// Counts one more use of a file. NULL: out of memory.
struct opened *opened_get(struct volume *volume, ext2_ino_t ino);

// Counts one use less. After the last one, frees the file if it is an orphan.
//
// As inode_free().
error_t opened_put(struct volume *volume, struct opened *file);

// Removes one link of a file, or all links of a directory. After the last link the inode is freed,
// at once or when it is closed.
//
// ERR_UNAVAILABLE: damaged. ERR_NO_MEMORY, or as the device.
__mustuse error_t opened_unlink(struct volume *volume, ext2_ino_t ino);

// Frees the orphans that an earlier mount left.
__mustuse error_t opened_free_orphans(struct volume *volume);

#endif
