// One file system: libext2fs's handle, and the commits of its changes.
#ifndef EXT4FS_VOLUME_H
#define EXT4FS_VOLUME_H

#include <ext2fs/ext2fs.h>
#include <oolong/list.h>
#include "cache.h"

#define VOLUME_ERROR_LEN  160
#define VOLUME_OPEN_LISTS 256u

struct journal;
struct dirindexes;

struct volume {
    ext2_filsys fs;
    struct cache *cache;
    struct journal *journal; // NULL: changes are not atomic
    bool read_only;
    bool only_read;     // its features forbid writing
    bool in_use;        // the file system on the device is marked as in use
    uint16_t was_valid; // EXT2_VALID_FS, if it was set when the file system was opened
    // Blocks that were freed since the last commit. They are not used again before the next commit,
    // so that their content is still there if the machine stops.
    ext2fs_block_bitmap freed;
    bool has_freed;
    ext2fs_block_bitmap tables;           // see tables.c; NULL: read-only
    list_t open_files[VOLUME_OPEN_LISTS]; // opened.c
    struct dirindexes *indexes;
    uint32_t generation; // generation of the inode that was made last
};

// Opens the file system on a device. The caller still owns the device. Replays the journal if
// needed. With `read_only` nothing is written, and a journal that needs replaying is an error.
//
// On failure `error` says why. ERR_NOT_ACCEPTABLE: no file system, or one that ext4fs does not
// support. ERR_NO_MEMORY, or as the device.
__mustuse error_t volume_open(const struct device *device, bool read_only, struct volume **opened,
                              char error[VOLUME_ERROR_LEN]);

// Commits, marks the file system as clean and releases it.
error_t volume_close(struct volume *volume);

// Releases it without a commit.
void volume_drop(struct volume *volume);

// Writes all changes to the device. If the machine stops meanwhile, either all or none are there.
//
// ERR_NO_MEMORY, or as the device. After an error, the commit can be tried again.
__mustuse error_t volume_commit(struct volume *volume);

// Whether there is anything to commit.
bool volume_is_dirty(const struct volume *volume);

// Commits if the changes might not fit into the journal otherwise. Call it after each change.
__mustuse error_t volume_relieve(struct volume *volume);

#endif
