// ext4fs: serves `fs` from an ext2, ext3 or ext4 file system on the device that serves `blk`. With
// the argument `ro` it changes nothing.
//
// Owns the handlers by path. serve_nodes.c has those by node, and serve.c the functions that both
// use. The other files know no messages: volume.c opens and commits the file system, walk.c follows
// paths, tree.c and entry.c change names, file.c and write.c read and write contents.
//
// Changes are kept in memory. They are written to the device when a client calls fs.sync, when no
// more changes come, at the latest some seconds after the first one, and at the end of the suite.
//
// Sandbox: profile "plain".
#include <config.h>
#include <idl/fs_server.h>
#include <message.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include "attr.h"
#include "blkdev.h"
#include "crc.h"
#include "file.h"
#include "fsclients.h"
#include "listing.h"
#include "opened.h"
#include "serve.h"
#include "serve_nodes.h"
#include "tree.h"
#include "walk.h"

#define LISTING_LEN (1024u * 1024) // one answer to fs.list has at most this many bytes

void oolong_prepare(void)
{
    crc_prepare();
    // A notification announces the end of the suite. It is handled only after the current request.
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

// --- Handles ------------------------------------------------------------------------------------

static error_t open_file(task_t client, ext2_ino_t ino, handle_t *handle)
{
    struct attributes attr;
    OK_OR_RETURN(attr_get_inode(volume, ino, &attr));
    return attr.kind == FS_KIND_FILE ? serve_open(client, ino, handle) : ERR_NOT_ACCEPTABLE;
}

// Nodes that are made by path belong to root.
static error_t make(const char *path, uint32_t mode, const char *target, ext2_ino_t *ino)
{
    struct where where;
    struct making making = {.mode = mode, .target = target};
    error_t err = where_of_path(volume, path, &where);
    if (err == ERR_IN_USE)
        return ERR_ALREADY_EXISTS; // the root
    OK_OR_RETURN(err);
    return CHANGE(tree_make(volume, &where, &making, ino));
}

static error_t fs_do_open_with(task_t client, const char *path, unsigned flags, unsigned mode,
                               handle_t *handle)
{
    ext2_ino_t ino;
    if (flags & ~(unsigned)(FS_OPEN_CREATE | FS_OPEN_NEW | FS_OPEN_EMPTY))
        return ERR_INVALID_ARG;
    error_t err = walk_find(volume, path, true, &ino);
    bool is_new = err == ERR_NOT_FOUND && (flags & FS_OPEN_CREATE);
    if (IS_OK(err) && (flags & FS_OPEN_CREATE) && (flags & FS_OPEN_NEW))
        return ERR_ALREADY_EXISTS;
    if (is_new)
        err = make(path, LINUX_S_IFREG | (mode & 07777), NULL, &ino);
    OK_OR_RETURN(err);
    OK_OR_RETURN(open_file(client, ino, handle));
    if (!is_new && (flags & FS_OPEN_EMPTY)) {
        err = CHANGE(file_resize(volume, ino, 0));
        if (IS_ERROR(err)) {
            serve_release(fsclients_file(client, *handle));
            return IS_OK(fsclients_close(client, *handle)) ? err : ERR_UNAVAILABLE;
        }
    }
    return OK;
}

static error_t fs_do_open(task_t client, const char *path, handle_t *handle)
{
    return fs_do_open_with(client, path, 0, 0, handle);
}

static error_t fs_do_create(task_t client, const char *path, bool exist_ok, handle_t *handle)
{
    unsigned flags = FS_OPEN_CREATE | (exist_ok ? 0 : FS_OPEN_NEW);
    return fs_do_open_with(client, path, flags, 0644, handle);
}

static error_t fs_do_close(task_t client, handle_t handle)
{
    struct opened *file = fsclients_file(client, handle);
    OK_OR_RETURN(fsclients_close(client, handle));
    return serve_changed(opened_put(volume, file));
}

static error_t fs_do_close_all(task_t client, const fs_handles_t handles)
{
    for (size_t i = 0; i < sizeof(fs_handles_t) / sizeof(handles[0]); i++) {
        error_t err = handles[i] != 0 ? fs_do_close(client, handles[i]) : OK;
        if (IS_ERROR(err) && err != ERR_NOT_FOUND)
            return err;
    }
    return OK;
}

static error_t fs_do_read(task_t client, handle_t handle, offset_t offset, size_t len, void **data,
                          size_t *data_len)
{
    struct opened *file = fsclients_file(client, handle);
    struct ext2_inode_large inode;
    if (!file)
        return ERR_NOT_FOUND;
    OK_OR_RETURN(inode_read(volume, file->ino, &inode));
    if (!LINUX_S_ISREG(inode.i_mode))
        return ERR_NOT_ACCEPTABLE;
    uint64_t size = inode_size(volume, &inode);
    if (offset >= size)
        return OK;
    len = MIN(len, (size_t)CONFIG_OOL_BUFFER_LEN);
    len = (size_t)MIN((uint64_t)len, size - offset);
    void *buf = malloc(len > 0 ? len : 1);
    if (!buf)
        return ERR_NO_MEMORY;
    error_t err = file_read(volume, file->ino, &inode, offset, buf, len);
    if (IS_OK(err))
        serve_was_read(file->ino, &inode);
    if (IS_ERROR(err)) {
        free(buf);
        return err;
    }
    *data = buf;
    *data_len = len;
    return OK;
}

static error_t fs_do_write(task_t client, handle_t handle, offset_t offset, const void *data,
                           size_t data_len)
{
    struct opened *file = fsclients_file(client, handle);
    if (!file)
        return ERR_NOT_FOUND;
    return CHANGE(file_write(volume, file->ino, offset, data, data_len));
}

static error_t fs_do_resize(task_t client, handle_t handle, offset_t size)
{
    struct opened *file = fsclients_file(client, handle);
    if (!file)
        return ERR_NOT_FOUND;
    return CHANGE(file_resize(volume, file->ino, size));
}

// --- Attributes of a path -----------------------------------------------------------------------

static error_t fs_do_stat(task_t client, const char *path, size_t *size, unsigned *kind,
                          unsigned *mode, unsigned *uid, unsigned *gid, int64_t *mtime)
{
    (void)client;
    struct attributes attr;
    OK_OR_RETURN(attr_get(volume, path, true, &attr));
    *size = attr.size;
    *kind = attr.kind;
    *mode = attr.mode;
    *uid = attr.uid;
    *gid = attr.gid;
    *mtime = attr.mtime;
    return OK;
}

static error_t fs_do_lstat(task_t client, const char *path, struct fs_lstat_reply_fields *results)
{
    (void)client;
    ext2_ino_t ino;
    struct attributes attr;
    OK_OR_RETURN(walk_find(volume, path, false, &ino));
    OK_OR_RETURN(attr_get_inode(volume, ino, &attr));
    if (attr.kind == FS_KIND_SYMLINK)
        OK_OR_RETURN(walk_readlink(volume, ino, &results->target));
    else if (!(results->target = strdup("")))
        return ERR_NO_MEMORY;
    results->size = attr.size;
    results->kind = attr.kind;
    results->mode = attr.mode;
    results->uid = attr.uid;
    results->gid = attr.gid;
    results->mtime = attr.mtime;
    return OK;
}

static error_t fs_do_list(task_t client, const char *path, unsigned first, void **entries,
                          size_t *entries_len, unsigned *next)
{
    (void)client;
    ext2_ino_t ino;
    OK_OR_RETURN(walk_find(volume, path, true, &ino));
    return listing_pack(volume, ino, first, LISTING_LEN, entries, entries_len, next);
}

// Writes attributes to the results of either method.
#define GIVE(attr, results)                                                                        \
    do {                                                                                           \
        (results)->size = (attr)->size;                                                            \
        (results)->blocks = (attr)->blocks;                                                        \
        (results)->inode = (attr)->inode;                                                          \
        (results)->kind = (attr)->kind;                                                            \
        (results)->mode = (attr)->mode;                                                            \
        (results)->links = (attr)->links;                                                          \
        (results)->uid = (attr)->uid;                                                              \
        (results)->gid = (attr)->gid;                                                              \
        (results)->atime = (attr)->atime;                                                          \
        (results)->mtime = (attr)->mtime;                                                          \
        (results)->ctime = (attr)->ctime;                                                          \
        (results)->atime_ns = (attr)->atime_ns;                                                    \
        (results)->mtime_ns = (attr)->mtime_ns;                                                    \
        (results)->ctime_ns = (attr)->ctime_ns;                                                    \
    } while (0)

static error_t fs_do_attributes(task_t client, const char *path, bool follow,
                                struct fs_attributes_reply_fields *results)
{
    (void)client;
    struct attributes attr;
    OK_OR_RETURN(attr_get(volume, path, follow, &attr));
    GIVE(&attr, results);
    return OK;
}

static error_t fs_do_handle_attributes(task_t client, handle_t handle,
                                       struct fs_handle_attributes_reply_fields *results)
{
    struct opened *file = fsclients_file(client, handle);
    struct attributes attr;
    if (!file)
        return ERR_NOT_FOUND;
    OK_OR_RETURN(attr_get_inode(volume, file->ino, &attr));
    GIVE(&attr, results);
    return OK;
}

static error_t fs_do_readlink(task_t client, const char *path, char **target)
{
    (void)client;
    ext2_ino_t ino;
    OK_OR_RETURN(walk_find(volume, path, false, &ino));
    return walk_readlink(volume, ino, target);
}

static error_t fs_do_statfs(task_t client, struct fs_statfs_reply_fields *results)
{
    (void)client;
    const struct ext2_super_block *super = volume->fs->super;
    results->block_size = volume->fs->blocksize;
    results->blocks = ext2fs_blocks_count(volume->fs->super);
    results->free_blocks = ext2fs_free_blocks_count(volume->fs->super);
    results->files = super->s_inodes_count;
    results->free_files = super->s_free_inodes_count;
    results->name_max = EXT2_NAME_LEN;
    results->read_only = volume->read_only;
    return OK;
}

// --- Changes ------------------------------------------------------------------------------------

static error_t fs_do_truncate(task_t client, const char *path, offset_t size)
{
    (void)client;
    ext2_ino_t ino;
    OK_OR_RETURN(walk_find(volume, path, true, &ino));
    return CHANGE(file_resize(volume, ino, size));
}

static error_t fs_do_rename(task_t client, const char *from, const char *to)
{
    (void)client;
    struct where source, where;
    OK_OR_RETURN(where_of_path(volume, from, &source));
    OK_OR_RETURN(where_of_path(volume, to, &where));
    return CHANGE(tree_rename(volume, &source, &where));
}

static error_t fs_do_remove(task_t client, const char *path)
{
    (void)client;
    struct where where;
    error_t err = where_of_path(volume, path, &where);
    if (err == ERR_IN_USE)
        return ERR_NOT_ACCEPTABLE; // the root is a directory
    OK_OR_RETURN(err);
    return CHANGE(tree_remove(volume, &where));
}

static error_t fs_do_mkdir(task_t client, const char *path, unsigned mode)
{
    (void)client;
    ext2_ino_t ino;
    return make(path, LINUX_S_IFDIR | (mode & 07777), NULL, &ino);
}

static error_t fs_do_rmdir(task_t client, const char *path)
{
    (void)client;
    struct where where;
    OK_OR_RETURN(where_of_path(volume, path, &where));
    return CHANGE(tree_rmdir(volume, &where));
}

static error_t fs_do_symlink(task_t client, const char *target, const char *path)
{
    (void)client;
    ext2_ino_t ino;
    return make(path, LINUX_S_IFLNK | 0777, target, &ino);
}

static error_t fs_do_link(task_t client, const char *from, const char *to)
{
    (void)client;
    struct where where;
    ext2_ino_t ino;
    OK_OR_RETURN(walk_find(volume, from, false, &ino));
    error_t err = where_of_path(volume, to, &where);
    if (err == ERR_IN_USE)
        return ERR_ALREADY_EXISTS;
    OK_OR_RETURN(err);
    return CHANGE(tree_link(volume, ino, &where));
}

static error_t fs_do_chmod(task_t client, const char *path, unsigned mode)
{
    (void)client;
    return serve_changed(attr_set_mode(volume, path, mode));
}

static error_t fs_do_chown(task_t client, const char *path, bool follow, unsigned uid, unsigned gid)
{
    (void)client;
    return serve_changed(attr_set_owner(volume, path, follow, uid, gid));
}

static error_t fs_do_set_times(task_t client, const char *path, bool follow, int64_t atime,
                               uint32_t atime_ns, int64_t mtime, uint32_t mtime_ns)
{
    (void)client;
    struct attributes times = {
        .atime = atime, .atime_ns = atime_ns, .mtime = mtime, .mtime_ns = mtime_ns};
    return serve_changed(attr_set_times(volume, path, follow, &times));
}

static error_t fs_do_sync(task_t client)
{
    (void)client;
    return volume_commit(volume);
}

static struct fs_ops fs_ops = {
    .open = fs_do_open,
    .create = fs_do_create,
    .close = fs_do_close,
    .close_all = fs_do_close_all,
    .read = fs_do_read,
    .write = fs_do_write,
    .stat = fs_do_stat,
    .lstat_into = fs_do_lstat,
    .list = fs_do_list,
    .open_with = fs_do_open_with,
    .attributes_into = fs_do_attributes,
    .handle_attributes_into = fs_do_handle_attributes,
    .truncate = fs_do_truncate,
    .resize = fs_do_resize,
    .rename = fs_do_rename,
    .remove = fs_do_remove,
    .mkdir = fs_do_mkdir,
    .rmdir = fs_do_rmdir,
    .symlink = fs_do_symlink,
    .readlink = fs_do_readlink,
    .link = fs_do_link,
    .chmod = fs_do_chmod,
    .chown = fs_do_chown,
    .set_times = fs_do_set_times,
    .statfs_into = fs_do_statfs,
    .sync = fs_do_sync,
};

// --- The task -----------------------------------------------------------------------------------

static __noreturn void give_up(const char *why)
{
    oolong_log("error: ", "the file system on blk: %s", why);
    exit(EXIT_FAILURE);
}

static void open_volume(void)
{
    struct device device;
    bool read_only;
    char error_text[VOLUME_ERROR_LEN];
    error_t err = blkdev_open(&device, &read_only);
    if (IS_ERROR(err))
        give_up(err2str(err));
    if (task_argc() > 1 && strcmp(task_argv()[1], "ro") == 0)
        read_only = true;
    if (IS_ERROR(volume_open(&device, read_only, &volume, error_text)))
        give_up(error_text);
}

static __noreturn void stop(void)
{
    error_t err = volume_close(volume);
    if (IS_ERROR(err))
        give_up(err2str(err));
    exit(EXIT_SUCCESS);
}

static void notified(notifications_t bits)
{
    if (bits & NOTIFY_IRQ) // only the end of the suite sets it here
        stop();
    if (bits & NOTIFY_ASYNC) {
        fsclients_reap(serve_release);
        (void)serve_changed(OK);
    }
    if (bits & NOTIFY_TIMER)
        serve_commit_when_quiet();
}

void main(void)
{
    open_volume();
    serve_nodes(&fs_ops);
    ASSERT_OK(ipc_serve("fs"));

    while (true) {
        struct message m;
        if (IS_ERROR(ipc_recv(IPC_ANY, &m)))
            continue;
        if (m.type == NOTIFICATIONS_MSG)
            notified(m.notifications.data);
        else if (!fs_dispatch(&fs_ops, &m))
            discard_unknown_message(&m);
    }
}
