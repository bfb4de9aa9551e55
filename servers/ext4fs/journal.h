// The journal of the file system, in the format of jbd2, one transaction at a time.
#ifndef EXT4FS_JOURNAL_H
#define EXT4FS_JOURNAL_H

#include "volume.h"

// Finds the journal. `*opened` becomes NULL when the file system has none that can be used here.
//
// ERR_NOT_ACCEPTABLE: it is damaged. ERR_NO_MEMORY, or as the device.
__mustuse error_t journal_open(struct volume *volume, struct journal **opened);
void journal_free(struct journal *journal);

// Does what the journal says was not finished. What was read before through the cache is not true
// any more.
//
// ERR_NOT_ACCEPTABLE: it was written with features that are not known here.
__mustuse error_t journal_replay(struct journal *journal, uint64_t num_blocks);

// Brings the cache's metadata to the device: all of it, or, if the machine stops meanwhile, none or
// all once the journal is replayed.
//
// ERR_TOO_LARGE: it does not fit; nothing was done. Otherwise as the device.
__mustuse error_t journal_commit(struct journal *journal);

// How many blocks of metadata are surely not too large.
size_t journal_room(const struct journal *journal);

#endif
