// What the kernel is told of a node, and what follows a change. Used by all requests.
#include <sys/sysmacros.h>
#include "fs.h"
#include "known.h"
#include "ops.h"

struct stat op_stat(const uint64_t *attr)
{
    uint64_t device = attr[FS_ATTRIBUTE_DEVICE];
    return (struct stat){
        .st_ino = attr[FS_ATTRIBUTE_INODE],
        .st_mode = (mode_t)attr[FS_ATTRIBUTE_MODE],
        .st_nlink = attr[FS_ATTRIBUTE_LINKS],
        .st_uid = (uid_t)attr[FS_ATTRIBUTE_UID],
        .st_gid = (gid_t)attr[FS_ATTRIBUTE_GID],
        .st_rdev = makedev((unsigned)(device >> 32), (unsigned)device),
        .st_size = (off_t)attr[FS_ATTRIBUTE_SIZE],
        .st_blksize = 4096,
        .st_blocks = (blkcnt_t)attr[FS_ATTRIBUTE_BLOCKS],
        .st_atim = {(time_t)attr[FS_ATTRIBUTE_ATIME], (long)attr[FS_ATTRIBUTE_ATIME_NS]},
        .st_mtim = {(time_t)attr[FS_ATTRIBUTE_MTIME], (long)attr[FS_ATTRIBUTE_MTIME_NS]},
        .st_ctim = {(time_t)attr[FS_ATTRIBUTE_CTIME], (long)attr[FS_ATTRIBUTE_CTIME_NS]},
    };
}

void op_note_xattrs(const uint64_t *attr)
{
    uint64_t until = fs_now_ns() + OP_TIMEOUT_NS;
    bool is_bare = attr[FS_ATTRIBUTE_XATTRS] == 0 && !fs_is_read_only;
    known_set_bare(attr[FS_ATTRIBUTE_NODE], is_bare ? until : 0);
}

bool op_entry(const uint64_t *attr, struct fuse_entry_param *entry)
{
    *entry = (struct fuse_entry_param){.ino = attr[FS_ATTRIBUTE_NODE],
                                       .attr = op_stat(attr),
                                       .attr_timeout = OP_TIMEOUT_S,
                                       .entry_timeout = OP_TIMEOUT_S};
    if (entry->ino == 0 || !known_add(entry->ino))
        return false;
    op_note_xattrs(attr);
    return true;
}

// The next fsync reports an error of the disk.
void op_settle(error_t err)
{
    static struct pace pace;
    if (IS_ERROR(err))
        return;
    fs_changed();
    if (IS_ERROR(fs_sync_at_pace(&pace)))
        WARN("a change is not on the disk yet");
}
