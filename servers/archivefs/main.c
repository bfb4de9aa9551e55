// archivefs: serves `fs` from an archive that the suite gives as file.archive, read-only. The first
// argument is the archive's name in messages.
//
// Has only the handlers. image.c reads the archive's file, scan.c its headers, reader.c its
// contents; index.c and lookup.c have the tree.
//
// Sandbox: profile "archive": what every task needs, and pread64 and fstat on the archive. The task
// opens no file after oolong_prepare(), which loads what the C library and libarchive would load on
// first use (prepare.c).
#include <config.h>
#include <idl/fs_server.h>
#include <message.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <stdlib.h>
#include <string.h>
#include "fsclients.h"
#include "image_open.h"
#include "listing.h"
#include "prepare.h"
#include "reader.h"
#include "scan.h"
#include "serve_nodes.h"

#define LISTING_LEN (1024u * 1024) // bytes of one answer to fs.list, at most

static const char *archive_name = "archive";
static struct image image;
static struct index *index_;
static struct reader *reader;

void oolong_prepare(void)
{
    archive_prepare();
}

static error_t find(const char *path, bool follow, const struct inode **inode)
{
    uint32_t node;
    if (IS_ERROR(index_find(index_, path, follow, &node)))
        return ERR_NOT_FOUND;
    *inode = index_inode(index_, node);
    return OK;
}

static error_t fs_do_open(task_t client, const char *path, handle_t *handle)
{
    uint32_t node;
    if (IS_ERROR(index_find(index_, path, true, &node)))
        return ERR_NOT_FOUND;
    if (index_inode(index_, node)->kind != INDEX_FILE)
        return ERR_NOT_ACCEPTABLE;
    return fsclients_open(client, &index_->nodes[node], handle);
}

static error_t fs_do_create(task_t client, const char *path, bool exist_ok, handle_t *handle)
{
    const struct inode *inode;
    if (IS_ERROR(find(path, true, &inode)))
        return ERR_NOT_PERMITTED;
    return exist_ok ? fs_do_open(client, path, handle) : ERR_ALREADY_EXISTS;
}

static error_t fs_do_close(task_t client, handle_t handle)
{
    return fsclients_close(client, handle);
}

static error_t fs_do_close_all(task_t client, const fs_handles_t handles)
{
    for (size_t i = 0; i < sizeof(fs_handles_t) / sizeof(handles[0]); i++)
        if (IS_ERROR(fsclients_close(client, handles[i])))
            continue; // an unknown handle is ignored
    return OK;
}

// A read whose bytes are produced while they are sent.
struct reading {
    const struct node *node;
    uint64_t offset;
};

static error_t fill(void *state, void *buf, size_t at, size_t len)
{
    const struct reading *reading = state;
    const struct inode *inode = &index_->inodes[reading->node->inode];
    error_t err = reader_read(reader, inode, reading->offset + at, buf, len);
    if (IS_ERROR(err)) {
        char name[PATH_LEN_MAX + 1];
        index_path(index_, reading->node, name, sizeof(name));
        WARN("%s: %s: %s", archive_name, name, reader_error(reader));
    }
    return err;
}

static error_t fs_do_read(task_t client, handle_t handle, offset_t offset, size_t len, void **data,
                          size_t *data_len)
{
    const struct node *node = fsclients_file(client, handle);
    if (!node)
        return ERR_NOT_FOUND;
    const struct inode *inode = &index_->inodes[node->inode];
    if (offset >= inode->size)
        return OK;

    len = MIN(len, (size_t)CONFIG_OOL_BUFFER_LEN);
    len = (size_t)MIN((uint64_t)len, inode->size - offset);
    struct reading *reading = ool_stream(fill, sizeof(*reading));
    if (!reading)
        return ERR_NO_MEMORY;
    *reading = (struct reading){node, offset};
    *data = reading;
    *data_len = len;
    return OK;
}

static error_t fs_do_write(task_t client, handle_t handle, offset_t offset, const void *data,
                           size_t data_len)
{
    (void)offset, (void)data, (void)data_len;
    return fsclients_file(client, handle) ? ERR_NOT_PERMITTED : ERR_NOT_FOUND;
}

static error_t fs_do_stat(task_t client, const char *path, size_t *size, unsigned *kind,
                          unsigned *mode, unsigned *uid, unsigned *gid, int64_t *mtime)
{
    (void)client;
    const struct inode *inode;
    OK_OR_RETURN(find(path, true, &inode));
    *size = inode->size;
    *kind = inode->kind;
    *mode = inode->mode;
    *uid = inode->uid;
    *gid = inode->gid;
    *mtime = inode->mtime;
    return OK;
}

static error_t fs_do_lstat(task_t client, const char *path, struct fs_lstat_reply_fields *results)
{
    (void)client;
    const struct inode *inode;
    OK_OR_RETURN(find(path, false, &inode));
    results->target = strdup(inode->target);
    if (!results->target)
        return ERR_NO_MEMORY;
    results->size = inode->size;
    results->kind = inode->kind;
    results->mode = inode->mode;
    results->uid = inode->uid;
    results->gid = inode->gid;
    results->mtime = inode->mtime;
    return OK;
}

static error_t fs_do_list(task_t client, const char *path, unsigned first, void **entries,
                          size_t *entries_len, unsigned *next)
{
    (void)client;
    uint32_t dir;
    if (IS_ERROR(index_find(index_, path, true, &dir)))
        return ERR_NOT_FOUND;
    if (index_inode(index_, dir)->kind != INDEX_DIRECTORY)
        return ERR_NOT_ACCEPTABLE;
    return listing_pack(index_, dir, first, LISTING_LEN, entries, entries_len, next);
}

static error_t fs_do_open_with(task_t client, const char *path, unsigned flags, unsigned mode,
                               handle_t *handle)
{
    (void)mode;
    const struct inode *inode;
    bool exists = IS_OK(find(path, true, &inode));
    if ((flags & FS_OPEN_CREATE) && (flags & FS_OPEN_NEW) && exists)
        return ERR_ALREADY_EXISTS;
    if ((flags & FS_OPEN_EMPTY) || ((flags & FS_OPEN_CREATE) && !exists))
        return ERR_NOT_PERMITTED;
    return fs_do_open(client, path, handle);
}

// Writes attributes to the results of either method. An archive does not say how many links and
// which other times a file has: these are the nearest that make sense.
#define DESCRIBE(found, results)                                                                   \
    do {                                                                                           \
        (results)->size = (found)->size;                                                           \
        (results)->blocks = ((found)->size + 511) / 512;                                           \
        (results)->inode = (uint64_t)((found)-index_->inodes) + 1;                                 \
        (results)->kind = (found)->kind;                                                           \
        (results)->mode = (found)->mode;                                                           \
        (results)->links = 1;                                                                      \
        (results)->uid = (found)->uid;                                                             \
        (results)->gid = (found)->gid;                                                             \
        (results)->atime = (results)->mtime = (results)->ctime = (found)->mtime;                   \
    } while (0)

static error_t fs_do_attributes(task_t client, const char *path, bool follow,
                                struct fs_attributes_reply_fields *results)
{
    (void)client;
    const struct inode *found;
    OK_OR_RETURN(find(path, follow, &found));
    DESCRIBE(found, results);
    return OK;
}

static error_t fs_do_handle_attributes(task_t client, handle_t handle,
                                       struct fs_handle_attributes_reply_fields *results)
{
    const struct node *node = fsclients_file(client, handle);
    if (!node)
        return ERR_NOT_FOUND;
    const struct inode *found = &index_->inodes[node->inode];
    DESCRIBE(found, results);
    return OK;
}

static error_t fs_do_readlink(task_t client, const char *path, char **target)
{
    (void)client;
    const struct inode *inode;
    OK_OR_RETURN(find(path, false, &inode));
    if (inode->kind != INDEX_SYMLINK)
        return ERR_NOT_ACCEPTABLE;
    *target = strdup(inode->target);
    return *target ? OK : ERR_NO_MEMORY;
}

static error_t fs_do_statfs(task_t client, struct fs_statfs_reply_fields *results)
{
    (void)client;
    for (uint32_t i = 0; i < index_->num_inodes; i++)
        results->blocks += (index_->inodes[i].size + 511) / 512;
    results->block_size = 512;
    results->files = index_->num_inodes;
    results->name_max = NAME_LEN_MAX;
    results->read_only = true;
    return OK;
}

// Nothing ever changes.
static error_t fs_do_sync(task_t client)
{
    (void)client;
    return OK;
}

// All other methods would change the archive. They fail with ERR_NOT_PERMITTED.
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
    .readlink = fs_do_readlink,
    .statfs_into = fs_do_statfs,
    .sync = fs_do_sync,
};

// Ends the task with one line that names the archive.
static __noreturn void give_up(const char *why)
{
    oolong_log("error: ", "%s: %s", archive_name, why);
    exit(EXIT_FAILURE);
}

static void open_archive(void)
{
    char error_text[ERROR_TEXT_LEN];
    int fd = task_file("archive");
    if (fd < 0)
        give_up("the suite gives no file.archive");
    if (IS_ERROR(image_open(&image, fd, error_text)))
        give_up(error_text);

    struct scan_result scan;
    if (IS_ERROR(scan_image(&image, &scan)))
        give_up(scan.error);
    index_ = scan.index;
    reader = reader_create(&image, &scan);
    if (!reader)
        give_up("out of memory");
    if (scan.num_skipped > 0)
        WARN("%s: left out %u members: names too long or missing, links to nothing or to "
             "themselves, what cannot be read or was replaced",
             archive_name, scan.num_skipped);
    if (scan.has_more)
        WARN("%s: something follows its cpio archive and is not shown", archive_name);
}

void main(void)
{
    if (task_argc() > 1)
        archive_name = task_argv()[1];
    open_archive();
    serve_nodes(&fs_ops, index_);
    ASSERT_OK(ipc_serve("fs"));

    while (true) {
        struct message m;
        if (IS_ERROR(ipc_recv(IPC_ANY, &m)))
            continue;
        if (m.type == NOTIFICATIONS_MSG) {
            if (m.notifications.data & NOTIFY_ASYNC)
                fsclients_reap(NULL);
        } else if (!fs_dispatch(&fs_ops, &m)) {
            discard_unknown_message(&m);
        }
    }
}
