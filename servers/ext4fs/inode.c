// Inodes. If the inode is large enough, its times have 34 bits of seconds and nanoseconds.
#include "inode.h"
#include <idl/fs.h>
#include <resea/printf.h>
#include <string.h>
#include <time.h>
#include "io.h"

bool inode_is_valid(const struct volume *volume, ext2_ino_t ino)
{
    const struct ext2_super_block *super = volume->fs->super;
    return ino == EXT2_ROOT_INO || (ino >= EXT2_FIRST_INODE(super) && ino <= super->s_inodes_count);
}

error_t inode_read(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode)
{
    if (!inode_is_valid(volume, ino))
        return ERR_UNAVAILABLE;
    memset(inode, 0, sizeof(*inode));
    return error_of(ext2fs_read_inode_full(volume->fs, ino, inode_short(inode), sizeof(*inode)));
}

error_t inode_write(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode)
{
    return error_of(ext2fs_write_inode_full(volume->fs, ino, inode_short(inode), sizeof(*inode)));
}

uint32_t inode_kind(uint16_t mode)
{
    if (LINUX_S_ISREG(mode))
        return FS_KIND_FILE;
    if (LINUX_S_ISDIR(mode))
        return FS_KIND_DIRECTORY;
    return LINUX_S_ISLNK(mode) ? FS_KIND_SYMLINK : FS_KIND_OTHER;
}

uint32_t inode_owner(const struct ext2_inode_large *inode)
{
    return (uint32_t)inode->osd2.linux2.l_i_uid_high << 16 | inode->i_uid;
}

uint32_t inode_group(const struct ext2_inode_large *inode)
{
    return (uint32_t)inode->osd2.linux2.l_i_gid_high << 16 | inode->i_gid;
}

void inode_set_owner(struct ext2_inode_large *inode, uint32_t uid, uint32_t gid)
{
    inode->i_uid = (uint16_t)uid;
    inode->i_gid = (uint16_t)gid;
    inode->osd2.linux2.l_i_uid_high = (uint16_t)(uid >> 16);
    inode->osd2.linux2.l_i_gid_high = (uint16_t)(gid >> 16);
}

uint64_t inode_device(const struct ext2_inode_large *inode)
{
    uint32_t old = inode->i_block[0], new = inode->i_block[1];
    if (!LINUX_S_ISCHR(inode->i_mode) && !LINUX_S_ISBLK(inode->i_mode))
        return 0;
    uint64_t major = old ? old >> 8 & 0xff : new >> 8 & 0xfff;
    return major << 32 | (old ? old & 0xff : (new & 0xff) | (new >> 12 & 0xfff00));
}

uint64_t inode_size(const struct volume *volume, const struct ext2_inode_large *inode)
{
    (void)volume;
    uint64_t size = EXT2_I_SIZE(inode);
    return size > INT64_MAX ? 0 : size;
}

// --- Times --------------------------------------------------------------------------------------

struct time_place {
    unsigned which;
    size_t seconds; // offset in the inode
    size_t extra;
};

#define PLACE(which, name)                                                                         \
    {                                                                                              \
        which, offsetof(struct ext2_inode_large, name),                                            \
            offsetof(struct ext2_inode_large, name##_extra)                                        \
    }
static const struct time_place places[] = {
    PLACE(TIME_ACCESS, i_atime),
    PLACE(TIME_MODIFY, i_mtime),
    PLACE(TIME_CHANGE, i_ctime),
};
#define NUM_PLACES (sizeof(places) / sizeof(places[0]))

static bool has_extra(const struct volume *volume, const struct ext2_inode_large *inode,
                      const struct time_place *place)
{
    size_t end = EXT2_GOOD_OLD_INODE_SIZE + inode->i_extra_isize;
    return EXT2_INODE_SIZE(volume->fs->super) > EXT2_GOOD_OLD_INODE_SIZE &&
           place->extra + sizeof(uint32_t) <= end;
}

static void get_time(const struct volume *volume, const struct ext2_inode_large *inode,
                     const struct time_place *place, int64_t *seconds, uint32_t *ns)
{
    int32_t low;
    uint32_t extra = 0;
    memcpy(&low, (const uint8_t *)inode + place->seconds, sizeof(low));
    if (has_extra(volume, inode, place))
        memcpy(&extra, (const uint8_t *)inode + place->extra, sizeof(extra));
    *seconds = low + ((int64_t)(extra & EXT4_EPOCH_MASK) << 32);
    *ns = extra >> EXT4_EPOCH_BITS;
    if (*ns >= 1000000000)
        *ns = 0;
}

error_t inode_set_time(const struct volume *volume, struct ext2_inode_large *inode, unsigned times,
                       int64_t seconds, uint32_t ns)
{
    if (ns >= 1000000000 || seconds < INT32_MIN || seconds > INT32_MAX + 3ll * (1ll << 32))
        return ERR_INVALID_ARG;
    int32_t low = (int32_t)(uint32_t)seconds;
    uint32_t extra = (uint32_t)((seconds - low) >> 32) | ns << EXT4_EPOCH_BITS;
    for (size_t i = 0; i < NUM_PLACES; i++) {
        if (!(times & places[i].which))
            continue;
        bool has = has_extra(volume, inode, &places[i]);
        if (!has && seconds > INT32_MAX)
            return ERR_INVALID_ARG;
        memcpy((uint8_t *)inode + places[i].seconds, &low, sizeof(low));
        if (has)
            memcpy((uint8_t *)inode + places[i].extra, &extra, sizeof(extra));
    }
    return OK;
}

void inode_set_near_time(const struct volume *volume, struct ext2_inode_large *inode,
                         unsigned times, int64_t seconds, uint32_t ns)
{
    bool is_long = has_extra(volume, inode, &places[0]); // the last of the three times
    int64_t max = is_long ? INT32_MAX + 3ll * (1ll << 32) : INT32_MAX;
    seconds = seconds < INT32_MIN ? INT32_MIN : MIN(seconds, max);
    ASSERT_OK(inode_set_time(volume, inode, times, seconds, ns < 1000000000 ? ns : 0));
}

void inode_touch(const struct volume *volume, struct ext2_inode_large *inode, unsigned times)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (IS_ERROR(inode_set_time(volume, inode, times, now.tv_sec, (uint32_t)now.tv_nsec)))
        return; // ext4 cannot store the clock's time
}

void inode_attributes(const struct volume *volume, ext2_ino_t ino,
                      const struct ext2_inode_large *inode, struct attributes *attr)
{
    // ext2fs_inode_i_blocks() takes the short form, not const, but does not change it.
    struct ext2_inode_large copy = *inode;
    *attr = (struct attributes){
        .size = inode_size(volume, inode),
        .blocks = ext2fs_get_stat_i_blocks(volume->fs, inode_short(&copy)),
        .inode = ino,
        .kind = inode_kind(inode->i_mode),
        .mode = inode->i_mode & 07777,
        .links = inode->i_links_count,
        .uid = inode_owner(inode),
        .gid = inode_group(inode),
    };
    get_time(volume, inode, &places[0], &attr->atime, &attr->atime_ns);
    get_time(volume, inode, &places[1], &attr->mtime, &attr->mtime_ns);
    get_time(volume, inode, &places[2], &attr->ctime, &attr->ctime_ns);
}
