// The journal of the file system, in the format of jbd2, one transaction at a time.
#ifndef EXT4FS_JOURNAL_H
#define EXT4FS_JOURNAL_H

#include "volume.h"

// Finds the journal. Sets `*opened` to NULL if the file system has none that ext4fs can use.
//
// ERR_NOT_ACCEPTABLE: it is damaged. ERR_NO_MEMORY, or as the device.
__mustuse error_t journal_open(struct volume *volume, struct journal **opened);
void journal_free(struct journal *journal);

// Replays the journal. Blocks that were read through the cache before may be out of date then.
//
// ERR_NOT_ACCEPTABLE: the journal was written with unknown features.
__mustuse error_t journal_replay(struct journal *journal, uint64_t num_blocks);

// Writes the cache's dirty metadata to the device. If the machine stops meanwhile, replaying the
// journal gives either all or none of it.
//
// ERR_TOO_LARGE: the metadata does not fit into the journal, and nothing was written. Otherwise as
// the device.
__mustuse error_t journal_commit(struct journal *journal);

// The number of blocks of metadata that always fit.
size_t journal_room(const struct journal *journal);

#endif
