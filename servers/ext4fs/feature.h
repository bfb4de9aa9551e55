// Which features of a file system ext4fs writes, only reads, or refuses.
#ifndef EXT4FS_FEATURE_H
#define EXT4FS_FEATURE_H

#include "volume.h"

// Checks the features in the superblock before anything else of the file system is read. If a
// feature allows reading but this program cannot write it correctly, sets `*only_read` and logs the
// feature.
//
// ERR_NOT_ACCEPTABLE: the file system cannot be read; `error` names the feature.
__mustuse error_t feature_check(const struct ext2_super_block *super, bool *only_read,
                                char error[VOLUME_ERROR_LEN]);

// Checks the block of multiple mount protection, if there is one. It tells whether another host or
// e2fsck uses the file system.
//
// ERR_IN_USE: another host or e2fsck uses it. ERR_NOT_ACCEPTABLE: the block is damaged. In both
// cases `error` says more. ERR_NO_MEMORY, or as the device.
__mustuse error_t feature_check_mmp(const struct volume *volume, char error[VOLUME_ERROR_LEN]);

#endif
