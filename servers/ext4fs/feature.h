// Which features of a file system ext4fs can write, read, or not even read.
#ifndef EXT4FS_FEATURE_H
#define EXT4FS_FEATURE_H

#include "volume.h"

// Looks at the features that the superblock says, before anything else of the file system is read.
// `*only_read` becomes true if there is one that this program does not keep right when it writes;
// it says which.
//
// ERR_NOT_ACCEPTABLE: there is one without which nothing can be read; `error` names it.
__mustuse error_t feature_check(const struct ext2_super_block *super, bool *only_read,
                                char error[VOLUME_ERROR_LEN]);

// Whether another host says, in the block for that, that it has the file system mounted (or
// e2fsck). What has no such block is nobody's.
//
// ERR_IN_USE: it does; ERR_NOT_ACCEPTABLE: the block is damaged; `error` says so. ERR_NO_MEMORY, or
// as the device.
__mustuse error_t feature_check_mmp(const struct volume *volume, char error[VOLUME_ERROR_LEN]);

#endif
