// Reads and writes inodes, and their attributes.
#ifndef EXT4FS_INODE_H
#define EXT4FS_INODE_H

#include "volume.h"

// The results of fs.attributes.
struct attributes {
    uint64_t size;
    uint64_t blocks; // in units of 512 bytes
    uint64_t inode;
    uint32_t kind; // enum fs_kind
    uint32_t mode; // permission bits
    uint32_t links;
    uint32_t uid;
    uint32_t gid;
    int64_t atime;
    int64_t mtime;
    int64_t ctime;
    uint32_t atime_ns;
    uint32_t mtime_ns;
    uint32_t ctime_ns;
};

enum inode_time { TIME_ACCESS = 1, TIME_MODIFY = 2, TIME_CHANGE = 4 };

// The short form for libext2fs, which is the beginning of the long form.
static inline struct ext2_inode *inode_short(struct ext2_inode_large *inode)
{
    return (struct ext2_inode *)inode;
}

// Whether a directory entry may name this inode. The file system's own inodes are excluded.
bool inode_is_valid(const struct volume *volume, ext2_ino_t ino);

// ERR_NOT_FOUND: no such inode. ERR_UNAVAILABLE: it is damaged.
__mustuse error_t inode_read(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode);
__mustuse error_t inode_write(struct volume *volume, ext2_ino_t ino,
                              struct ext2_inode_large *inode);

void inode_attributes(const struct volume *volume, ext2_ino_t ino,
                      const struct ext2_inode_large *inode, struct attributes *attr);

// The enum fs_kind of a mode word.
uint32_t inode_kind(uint16_t mode);

uint32_t inode_owner(const struct ext2_inode_large *inode);
uint32_t inode_group(const struct ext2_inode_large *inode);
void inode_set_owner(struct ext2_inode_large *inode, uint32_t uid, uint32_t gid);

// The numbers of a device, the major one in the upper half. 0: not a device.
uint64_t inode_device(const struct ext2_inode_large *inode);

uint64_t inode_size(const struct volume *volume, const struct ext2_inode_large *inode);

// Sets the given times (enum inode_time) to one value, or to now.
//
// ERR_INVALID_ARG: the inode cannot hold the time.
__mustuse error_t inode_set_time(const struct volume *volume, struct ext2_inode_large *inode,
                                 unsigned times, int64_t seconds, uint32_t ns);
// Sets the given times to the nearest that the inode can hold.
void inode_set_near_time(const struct volume *volume, struct ext2_inode_large *inode,
                         unsigned times, int64_t seconds, uint32_t ns);
void inode_touch(const struct volume *volume, struct ext2_inode_large *inode, unsigned times);

#endif
