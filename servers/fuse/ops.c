// Requests about names and attributes. Each is one or a few calls of `fs` by path.
#include "ops.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <resea/printf.h>
#include <time.h>
#include "fs.h"

#define TIMEOUT_S 1.0 // for which the kernel believes an answer: others change files too

static mode_t type_of(unsigned kind)
{
    switch (kind) {
    case FS_KIND_FILE:
        return S_IFREG;
    case FS_KIND_DIRECTORY:
        return S_IFDIR;
    case FS_KIND_SYMLINK:
        return S_IFLNK;
    default:
        return S_IFSOCK; // nothing happens when it is opened
    }
}

static struct stat stat_of(const struct fs_attributes *attr)
{
    return (struct stat){
        .st_ino = attr->inode,
        .st_mode = type_of(attr->kind) | (attr->mode & 07777),
        .st_nlink = attr->links,
        .st_uid = attr->uid,
        .st_gid = attr->gid,
        .st_size = (off_t)attr->size,
        .st_blksize = 4096,
        .st_blocks = (blkcnt_t)attr->blocks,
        .st_atim = {attr->atime, attr->atime_ns},
        .st_mtim = {attr->mtime, attr->mtime_ns},
        .st_ctim = {attr->ctime, attr->ctime_ns},
    };
}

// The path of a name in a directory that the kernel names.
static error_t path_in(fuse_ino_t parent, const char *name, char **path)
{
    const struct node *node = node_find(parent);
    return node ? node_path(node, name, path) : ERR_NOT_FOUND;
}

static void reply(fuse_req_t req, error_t err, int kind_errno)
{
    fuse_reply_err(req, IS_OK(err) ? 0 : fs_errno(err, kind_errno));
}

// After a change of names or attributes, before it is answered. An error of the disk is one of the
// next fsync.
static void settle(error_t err)
{
    static struct pace pace;
    if (IS_OK(err) && IS_ERROR(fs_sync_at_pace(&pace)))
        WARN("a change is not on the disk yet");
}

// The mount ends.
static void op_destroy(void *arg)
{
    (void)arg;
    error_t err = fs_sync(fs_task);
    if (IS_ERROR(err))
        WARN("changes could not be written: %s", err2str(err));
}

// --- Looking ------------------------------------------------------------------------------------

void op_reply_entry(fuse_req_t req, fuse_ino_t parent, const char *name, struct fuse_file_info *fi)
{
    char *path;
    struct fs_attributes attr;
    error_t err = path_in(parent, name, &path);
    if (IS_OK(err)) {
        err = FS_CALL(fsclient_attributes(fs_task, path, false, &attr));
        free(path);
    }
    struct node *node = IS_OK(err) ? node_enter(node_find(parent), name, attr.inode) : NULL;
    if (IS_OK(err) && !node)
        err = ERR_NO_MEMORY;
    if (IS_ERROR(err)) {
        reply(req, err, ENOTDIR);
        return;
    }
    struct fuse_entry_param entry = {.ino = node->id,
                                     .attr = stat_of(&attr),
                                     .attr_timeout = TIMEOUT_S,
                                     .entry_timeout = TIMEOUT_S};
    if (fi) {
        struct file *file = (struct file *)(uintptr_t)fi->fh;
        file->node = node;
        list_push_back(&node->files, &file->elem);
        fuse_reply_create(req, &entry, fi);
    } else {
        fuse_reply_entry(req, &entry);
    }
}

static void op_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
    op_reply_entry(req, parent, name, NULL);
}

static void op_forget(fuse_req_t req, fuse_ino_t ino, uint64_t lookups)
{
    node_forget(ino, lookups);
    fuse_reply_none(req);
}

static void op_forget_multi(fuse_req_t req, size_t count, struct fuse_forget_data *forgets)
{
    for (size_t i = 0; i < count; i++)
        node_forget(forgets[i].ino, forgets[i].nlookup);
    fuse_reply_none(req);
}

// By an open file where there is one: it may have lost its name.
static error_t attributes(struct node *node, struct fs_attributes *attr)
{
    if (!node)
        return ERR_NOT_FOUND;
    if (!list_is_empty(&node->files)) {
        struct file *file = LIST_CONTAINER(node->files.next, struct file, elem);
        return FS_FILE_CALL(file, fsclient_handle_attributes(fs_task, file->handle, attr));
    }
    char *path;
    OK_OR_RETURN(node_path(node, NULL, &path));
    error_t err = FS_CALL(fsclient_attributes(fs_task, path, false, attr));
    free(path);
    return err;
}

static void reply_attr(fuse_req_t req, fuse_ino_t ino)
{
    struct fs_attributes attr;
    error_t err = attributes(node_find(ino), &attr);
    if (IS_ERROR(err)) {
        reply(req, err, ENOTDIR);
        return;
    }
    struct stat st = stat_of(&attr);
    fuse_reply_attr(req, &st, TIMEOUT_S);
}

static void op_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    (void)fi;
    reply_attr(req, ino);
}

static void op_readlink(fuse_req_t req, fuse_ino_t ino)
{
    char *path, *target = NULL;
    error_t err = path_in(ino, NULL, &path);
    if (IS_OK(err)) {
        err = FS_CALL(fs_readlink(fs_task, path, &target));
        free(path);
    }
    if (IS_ERROR(err)) {
        reply(req, err, EINVAL);
        return;
    }
    fuse_reply_readlink(req, target);
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

// --- Attributes ---------------------------------------------------------------------------------

static error_t set_size(struct node *node, const char *path, uint64_t size)
{
    if (!list_is_empty(&node->files)) {
        struct file *file = LIST_CONTAINER(node->files.next, struct file, elem);
        return FS_FILE_CALL(file, fs_resize(fs_task, file->handle, size));
    }
    return path ? FS_CALL(fs_truncate(fs_task, path, size)) : ERR_NOT_FOUND;
}

static error_t set_owner(struct node *node, const char *path, const struct stat *st, int what)
{
    struct fs_attributes attr;
    OK_OR_RETURN(attributes(node, &attr));
    unsigned uid = what & FUSE_SET_ATTR_UID ? st->st_uid : attr.uid;
    unsigned gid = what & FUSE_SET_ATTR_GID ? st->st_gid : attr.gid;
    return FS_CALL(fs_chown(fs_task, path, false, uid, gid));
}

static error_t set_times(struct node *node, const char *path, const struct stat *st, int what)
{
    struct fs_attributes attr;
    struct timespec now;
    OK_OR_RETURN(attributes(node, &attr));
    clock_gettime(CLOCK_REALTIME, &now);
    struct timespec atime = {attr.atime, attr.atime_ns}, mtime = {attr.mtime, attr.mtime_ns};
    if (what & FUSE_SET_ATTR_ATIME)
        atime = what & FUSE_SET_ATTR_ATIME_NOW ? now : st->st_atim;
    if (what & FUSE_SET_ATTR_MTIME)
        mtime = what & FUSE_SET_ATTR_MTIME_NOW ? now : st->st_mtim;
    return FS_CALL(fs_set_times(fs_task, path, false, atime.tv_sec, (uint32_t)atime.tv_nsec,
                                mtime.tv_sec, (uint32_t)mtime.tv_nsec));
}

static error_t set_attributes(struct node *node, const struct stat *st, int what)
{
    char *path = NULL;
    error_t err = node_path(node, NULL, &path);
    bool by_path = what & (FUSE_SET_ATTR_MODE | FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID |
                           FUSE_SET_ATTR_ATIME | FUSE_SET_ATTR_MTIME);
    if (IS_ERROR(err) && by_path)
        return err;
    err = OK;
    if (what & FUSE_SET_ATTR_SIZE)
        err = set_size(node, path, (uint64_t)st->st_size);
    if (IS_OK(err) && (what & FUSE_SET_ATTR_MODE))
        err = FS_CALL(fs_chmod(fs_task, path, st->st_mode & 07777));
    if (IS_OK(err) && (what & (FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID)))
        err = set_owner(node, path, st, what);
    if (IS_OK(err) && (what & (FUSE_SET_ATTR_ATIME | FUSE_SET_ATTR_MTIME)))
        err = set_times(node, path, st, what);
    free(path);
    return err;
}

static void op_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *st, int what,
                       struct fuse_file_info *fi)
{
    (void)fi;
    struct node *node = node_find(ino);
    error_t err = node ? set_attributes(node, st, what) : ERR_NOT_FOUND;
    settle(err);
    if (IS_ERROR(err))
        reply(req, err, what & FUSE_SET_ATTR_SIZE ? EFBIG : EINVAL);
    else
        reply_attr(req, ino);
}

// --- Making and removing ------------------------------------------------------------------------

void op_give(fuse_req_t req, const char *path)
{
    const struct fuse_ctx *ctx = fuse_req_ctx(req);
    if (ctx->uid == 0 && ctx->gid == 0)
        return;
    error_t err = FS_CALL(fs_chown(fs_task, path, false, ctx->uid, ctx->gid));
    (void)err; // it is there, and root's
}

// After something was made at a path, which is freed.
static void reply_made(fuse_req_t req, error_t err, fuse_ino_t parent, const char *name, char *path)
{
    if (IS_OK(err)) {
        op_give(req, path);
        settle(err);
        op_reply_entry(req, parent, name, NULL);
    } else {
        reply(req, err, ENOTDIR);
    }
    free(path);
}

static void op_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
    char *path = NULL;
    error_t err = path_in(parent, name, &path);
    if (IS_OK(err))
        err = FS_CALL(fs_mkdir(fs_task, path, mode & 07777));
    reply_made(req, err, parent, name, path);
}

static void op_mknod(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, dev_t dev)
{
    char *path = NULL;
    handle_t handle;
    (void)dev;
    if (!S_ISREG(mode)) {
        fuse_reply_err(req, EPERM);
        return;
    }
    error_t err = path_in(parent, name, &path);
    if (IS_OK(err))
        err = FS_CALL(
            fs_open_with(fs_task, path, FS_OPEN_CREATE | FS_OPEN_NEW, mode & 07777, &handle));
    if (IS_OK(err))
        err = fs_close(fs_task, handle);
    reply_made(req, err, parent, name, path);
}

static void op_symlink(fuse_req_t req, const char *target, fuse_ino_t parent, const char *name)
{
    char *path = NULL;
    error_t err = path_in(parent, name, &path);
    if (IS_OK(err))
        err = FS_CALL(fs_symlink(fs_task, target, path));
    reply_made(req, err, parent, name, path);
}

static void op_link(fuse_req_t req, fuse_ino_t ino, fuse_ino_t parent, const char *name)
{
    char *from = NULL, *to = NULL;
    error_t err = path_in(ino, NULL, &from);
    if (IS_OK(err))
        err = path_in(parent, name, &to);
    if (IS_OK(err))
        err = FS_CALL(fs_link(fs_task, from, to));
    settle(err);
    if (IS_OK(err))
        op_reply_entry(req, parent, name, NULL);
    else
        fuse_reply_err(req, err == ERR_IN_USE ? EMLINK : fs_errno(err, EPERM));
    free(from);
    free(to);
}

// Whether a path names the last link of its inode.
static bool is_last(const char *path)
{
    struct fs_attributes attr;
    error_t err = FS_CALL(fsclient_attributes(fs_task, path, false, &attr));
    return IS_OK(err) && (attr.links <= 1 || attr.kind == FS_KIND_DIRECTORY);
}

static void op_unlink(fuse_req_t req, fuse_ino_t parent, const char *name)
{
    char *path;
    error_t err = path_in(parent, name, &path);
    if (IS_OK(err)) {
        bool last = is_last(path);
        err = FS_CALL(fs_remove(fs_task, path));
        if (IS_OK(err))
            node_remove(node_find(parent), name, last);
        free(path);
    }
    settle(err);
    reply(req, err, EISDIR);
}

static void op_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name)
{
    char *path;
    error_t err = path_in(parent, name, &path);
    if (IS_OK(err)) {
        err = FS_CALL(fs_rmdir(fs_task, path));
        if (IS_OK(err))
            node_remove(node_find(parent), name, true);
        free(path);
    }
    settle(err);
    reply(req, err, ENOTDIR);
}

static error_t rename_paths(const char *from, const char *to, unsigned flags, bool *replaced)
{
    struct fs_attributes attr, other;
    error_t err = FS_CALL(fsclient_attributes(fs_task, to, false, &other));
    if (IS_OK(err) && (flags & RENAME_NOREPLACE))
        return ERR_ALREADY_EXISTS;
    *replaced = IS_OK(err) && (other.links <= 1 || other.kind == FS_KIND_DIRECTORY);
    OK_OR_RETURN(FS_CALL(fsclient_attributes(fs_task, from, false, &attr)));
    if (IS_OK(err) && attr.inode == other.inode)
        return OK; // two names of one file: neither goes
    return FS_CALL(fs_rename(fs_task, from, to));
}

static void op_rename(fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t new_parent,
                      const char *new_name, unsigned flags)
{
    char *from = NULL, *to = NULL;
    bool replaced = false;
    if (flags & ~(unsigned)RENAME_NOREPLACE) {
        fuse_reply_err(req, EINVAL);
        return;
    }
    error_t err = path_in(parent, name, &from);
    if (IS_OK(err))
        err = path_in(new_parent, new_name, &to);
    if (IS_OK(err))
        err = rename_paths(from, to, flags, &replaced);
    if (IS_OK(err)) {
        if (replaced)
            node_remove(node_find(new_parent), new_name, true);
        node_rename(node_find(parent), name, node_find(new_parent), new_name);
    }
    free(from);
    free(to);
    settle(err);
    reply(req, err, ENOTDIR);
}

const struct fuse_lowlevel_ops fuse_ops = {
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
};
