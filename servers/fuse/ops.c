// Requests about names and attributes. Each is one call of `fs`, by node.
#include "ops.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include "changed.h"
#include "fs.h"
#include "known.h"

static void reply(fuse_req_t req, error_t err, int kind_errno)
{
    fuse_reply_err(req, IS_OK(err) ? 0 : fs_errno(err, kind_errno));
}

// The kernel enforces modes and ACLs. The server applies the umask, because a default ACL of the
// directory overrides it.
static void op_init(void *arg, struct fuse_conn_info *conn)
{
    (void)arg;
    conn->want |= conn->capable & (FUSE_CAP_POSIX_ACL | FUSE_CAP_DONT_MASK);
}

// The mount ends.
static void op_destroy(void *arg)
{
    (void)arg;
    fs_close_pending();
    error_t err = fs_sync(fs_task); // no retry: the server may not be started again now
    if (IS_ERROR(err))
        WARN("changes could not be written: %s", err2str(err));
}

// --- Looking ------------------------------------------------------------------------------------

static void reply_entry(fuse_req_t req, error_t err, const uint64_t *attr, int kind_errno)
{
    struct fuse_entry_param entry;
    if (IS_OK(err) && !op_entry(attr, &entry))
        err = ERR_NO_MEMORY;
    if (IS_OK(err))
        fuse_reply_entry(req, &entry);
    else
        reply(req, err, kind_errno);
}

static void op_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
    fs_attrs_t attr;
    error_t err = FS_CALL(fs_node_lookup(fs_task, parent, name, attr));
    reply_entry(req, err, attr, ENOTDIR);
}

static void forget(fuse_ino_t ino, uint64_t lookups)
{
    handle_t handle = known_forget(ino, lookups);
    if (handle != 0)
        fs_close(fs_task, handle); // a server that is gone has no handle of ours
}

static void op_forget(fuse_req_t req, fuse_ino_t ino, uint64_t lookups)
{
    forget(ino, lookups);
    fuse_reply_none(req);
}

static void op_forget_multi(fuse_req_t req, size_t count, struct fuse_forget_data *forgets)
{
    for (size_t i = 0; i < count; i++)
        forget(forgets[i].ino, forgets[i].nlookup);
    fuse_reply_none(req);
}

// Replies attributes that the server has just given.
static void reply_attr(fuse_req_t req, error_t err, const uint64_t *attr, int kind_errno)
{
    if (IS_ERROR(err)) {
        reply(req, err, kind_errno);
        return;
    }
    op_note_xattrs(attr);
    struct stat st = op_stat(attr);
    fuse_reply_attr(req, &st, OP_TIMEOUT_S);
}

static void op_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    (void)fi;
    fs_attrs_t attr;
    uint64_t now = fs_now_ns(), until;
    const uint64_t *known = changed_find(ino, now, &until);
    if (known) {
        struct stat st = op_stat(known);
        fuse_reply_attr(req, &st, (double)(until - now) / 1e9);
        return;
    }
    error_t err = FS_CALL(fs_node_attributes(fs_task, ino, attr));
    if (IS_OK(err) && S_ISDIR(attr[FS_ATTRIBUTE_MODE]))
        changed_note(attr, now + OP_TIMEOUT_NS);
    reply_attr(req, err, attr, ENOTDIR);
}

static void op_readlink(fuse_req_t req, fuse_ino_t ino)
{
    char *target = NULL;
    error_t err = FS_CALL(fs_node_readlink(fs_task, ino, &target));
    if (IS_OK(err))
        fuse_reply_readlink(req, target);
    else
        reply(req, err, EINVAL);
    free(target);
}

static void op_statfs(fuse_req_t req, fuse_ino_t ino)
{
    (void)ino;
    unsigned block_size = 0, name_max = 0;
    uint64_t blocks = 0, free_blocks = 0, files = 0, free_files = 0;
    bool read_only = false;
    error_t err = FS_CALL(fs_statfs(fs_task, &block_size, &blocks, &free_blocks, &files,
                                    &free_files, &name_max, &read_only));
    if (IS_ERROR(err)) {
        reply(req, err, EIO);
        return;
    }
    struct statvfs st = {.f_bsize = block_size,
                         .f_frsize = block_size,
                         .f_blocks = blocks,
                         .f_bfree = free_blocks,
                         .f_bavail = free_blocks,
                         .f_files = files,
                         .f_ffree = free_files,
                         .f_favail = free_files,
                         .f_namemax = name_max};
    fuse_reply_statfs(req, &st);
}

// --- Changing -----------------------------------------------------------------------------------

static const struct {
    int fuse;
    unsigned fs;
} changes[] = {
    {FUSE_SET_ATTR_MODE, FS_SET_MODE},   {FUSE_SET_ATTR_UID, FS_SET_UID},
    {FUSE_SET_ATTR_GID, FS_SET_GID},     {FUSE_SET_ATTR_SIZE, FS_SET_SIZE},
    {FUSE_SET_ATTR_ATIME, FS_SET_ATIME}, {FUSE_SET_ATTR_MTIME, FS_SET_MTIME},
};

static void op_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *st, int what,
                       struct fuse_file_info *fi)
{
    (void)fi;
    struct timespec now;
    unsigned which = 0;
    fs_attrs_t changed;
    clock_gettime(CLOCK_REALTIME, &now);
    struct timespec atime = what & FUSE_SET_ATTR_ATIME_NOW ? now : st->st_atim;
    struct timespec mtime = what & FUSE_SET_ATTR_MTIME_NOW ? now : st->st_mtim;
    fs_attrs_t attr = {
        [FS_ATTRIBUTE_SIZE] = (uint64_t)st->st_size,
        [FS_ATTRIBUTE_MODE] = st->st_mode & 07777,
        [FS_ATTRIBUTE_UID] = st->st_uid,
        [FS_ATTRIBUTE_GID] = st->st_gid,
        [FS_ATTRIBUTE_ATIME] = (uint64_t)atime.tv_sec,
        [FS_ATTRIBUTE_MTIME] = (uint64_t)mtime.tv_sec,
        [FS_ATTRIBUTE_ATIME_NS] = (uint64_t)atime.tv_nsec,
        [FS_ATTRIBUTE_MTIME_NS] = (uint64_t)mtime.tv_nsec,
    };
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
        which |= what & changes[i].fuse ? changes[i].fs : 0;
    error_t err = FS_CALL(fs_node_change(fs_task, ino, which, attr, changed));
    changed_forget_node(ino);
    op_settle(err);
    if (err == ERR_TOO_LARGE)
        fuse_reply_err(req, EFBIG);
    else
        reply_attr(req, err, changed, EINVAL);
}

static void make(fuse_req_t req, fuse_ino_t parent, const char *name, const char *target,
                 mode_t mode, dev_t dev)
{
    const struct fuse_ctx *ctx = fuse_req_ctx(req);
    uint64_t device = (uint64_t)major(dev) << 32 | minor(dev);
    fs_attrs_t attr;
    fs_dir_attrs_t dir_attr = {0};
    error_t err = FS_CALL(fs_node_make(fs_task, parent, name, target, mode, ctx->umask, device,
                                       ctx->uid, ctx->gid, attr, dir_attr));
    changed_update(parent, dir_attr);
    op_settle(err);
    if (err == ERR_IN_USE)
        fuse_reply_err(req, EMLINK);
    else
        reply_entry(req, err, attr, ENOTDIR);
}

static void op_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
    make(req, parent, name, "", S_IFDIR | (mode & 07777), 0);
}

static void op_mknod(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, dev_t dev)
{
    make(req, parent, name, "", mode, dev);
}

static void op_symlink(fuse_req_t req, const char *target, fuse_ino_t parent, const char *name)
{
    make(req, parent, name, target, S_IFLNK | 0777, 0);
}

static void op_link(fuse_req_t req, fuse_ino_t ino, fuse_ino_t parent, const char *name)
{
    fs_attrs_t attr;
    fs_dir_attrs_t dir_attr = {0};
    error_t err = FS_CALL(fs_node_link(fs_task, ino, parent, name, attr, dir_attr));
    changed_update(parent, dir_attr);
    op_settle(err);
    if (err == ERR_IN_USE)
        fuse_reply_err(req, EMLINK);
    else
        reply_entry(req, err, attr, EPERM);
}

// Keeps a node that lost its last name until the kernel forgets it.
static void keep(error_t err, uint64_t node, handle_t handle)
{
    if (IS_OK(err) && handle != 0 && !known_keep(node, handle))
        fs_close(fs_task, handle);
}

static void remove_name(fuse_req_t req, fuse_ino_t parent, const char *name, bool directory)
{
    handle_t handle = 0;
    uint64_t node = 0;
    fs_dir_attrs_t dir_attr = {0};
    fs_close_pending();
    error_t err =
        FS_CALL(fs_node_remove(fs_task, parent, name, directory, true, &handle, &node, dir_attr));
    changed_update(parent, dir_attr);
    keep(err, node, handle);
    op_settle(err);
    reply(req, err, directory ? ENOTDIR : EISDIR);
}

static void op_unlink(fuse_req_t req, fuse_ino_t parent, const char *name)
{
    remove_name(req, parent, name, false);
}

static void op_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name)
{
    remove_name(req, parent, name, true);
}

static void op_rename(fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t new_parent,
                      const char *new_name, unsigned flags)
{
    handle_t handle = 0;
    uint64_t node = 0;
    unsigned how = (flags & RENAME_NOREPLACE ? FS_RENAME_NEW : 0) |
                   (flags & RENAME_EXCHANGE ? FS_RENAME_EXCHANGE : 0);
    if (flags & ~(unsigned)(RENAME_NOREPLACE | RENAME_EXCHANGE)) {
        fuse_reply_err(req, EINVAL);
        return;
    }
    fs_close_pending();
    error_t err = FS_CALL(
        fs_node_rename(fs_task, parent, name, new_parent, new_name, how, true, &handle, &node));
    changed_forget();
    keep(err, node, handle);
    op_settle(err);
    reply(req, err, ENOTDIR);
}

const struct fuse_lowlevel_ops fuse_ops = {
    .init = op_init,
    .destroy = op_destroy,
    .lookup = op_lookup,
    .forget = op_forget,
    .forget_multi = op_forget_multi,
    .getattr = op_getattr,
    .setattr = op_setattr,
    .readlink = op_readlink,
    .mknod = op_mknod,
    .mkdir = op_mkdir,
    .unlink = op_unlink,
    .rmdir = op_rmdir,
    .symlink = op_symlink,
    .rename = op_rename,
    .link = op_link,
    .open = op_open,
    .create = op_create,
    .read = op_read,
    .write = op_write,
    .flush = op_flush,
    .release = op_release,
    .fsync = op_fsync,
    .opendir = op_opendir,
    .readdir = op_readdir,
    .releasedir = op_releasedir,
    .fsyncdir = op_fsync,
    .statfs = op_statfs,
    .getxattr = op_getxattr,
    .listxattr = op_listxattr,
    .setxattr = op_setxattr,
    .removexattr = op_removexattr,
    .fallocate = op_fallocate,
};
