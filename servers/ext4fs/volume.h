// One file system: libext2fs's handle on it, and when its changes reach the device.
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
    bool only_read;     // its features allow no more
    bool in_use;        // the device says so
    uint16_t was_valid; // EXT2_VALID_FS, if it was set when it was opened
    // Blocks that were freed since the last commit. They are not given out again before it: what
    // was in them is still there if the machine stops now.
    ext2fs_block_bitmap freed;
    bool has_freed;
    ext2fs_block_bitmap tables;           // tables.c; NULL: not needed, nothing is written
    list_t open_files[VOLUME_OPEN_LISTS]; // opened.c
    struct dirindexes *indexes;
    uint32_t generation; // of the inode that was made last
};

// Opens the file system on a device, which stays the caller's. What was committed and not finished
// is finished; what is `read_only` is not written to, and must need nothing of that kind.
//
// On failure `error` says why. ERR_NOT_ACCEPTABLE: no file system, or one that is not known well
// enough. ERR_NO_MEMORY, or as the device.
__mustuse error_t volume_open(const struct device *device, bool read_only, struct volume **opened,
                              char error[VOLUME_ERROR_LEN]);

// Commits, marks the file system as clean and releases it.
error_t volume_close(struct volume *volume);

// Releases it as it is: what was not committed is lost.
void volume_drop(struct volume *volume);

// Brings all changes to the device: all or, if the machine stops meanwhile, none.
//
// ERR_NO_MEMORY, or as the device; what was not written can be committed again.
__mustuse error_t volume_commit(struct volume *volume);

// Whether there is anything to commit.
bool volume_is_dirty(const struct volume *volume);

// Commits if so much has changed that the journal might not hold more. Call it after each change.
__mustuse error_t volume_relieve(struct volume *volume);

#endif
