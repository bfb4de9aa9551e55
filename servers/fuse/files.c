// Requests about open files, and directories that are read.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "fs.h"
#include "ops.h"

static struct file *file_of(const struct fuse_file_info *fi)
{
    return (struct file *)(uintptr_t)fi->fh;
}

void op_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    char *path = NULL;
    struct node *node = node_find(ino);
    struct file *file = calloc(1, sizeof(*file));
    error_t err = node && file ? node_path(node, NULL, &path) : ERR_NO_MEMORY;
    unsigned flags = fi->flags & O_TRUNC ? FS_OPEN_EMPTY : 0;
    if (IS_OK(err))
        err = FS_CALL(fs_open_with(fs_task, path, flags, 0, &file->handle));
    free(path);
    if (IS_ERROR(err)) {
        free(file);
        fuse_reply_err(req, fs_errno(err, ENXIO));
        return;
    }
    file->node = node;
    list_push_back(&node->files, &file->elem);
    fi->fh = (uintptr_t)file;
    fuse_reply_open(req, fi);
}

void op_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
               struct fuse_file_info *fi)
{
    char *path = NULL;
    const struct node *dir = node_find(parent);
    struct file *file = calloc(1, sizeof(*file));
    error_t err = file ? OK : ERR_NO_MEMORY;
    if (IS_OK(err))
        err = dir ? node_path(dir, name, &path) : ERR_NOT_FOUND;
    unsigned flags = FS_OPEN_CREATE | (fi->flags & O_EXCL ? FS_OPEN_NEW : 0) |
                     (fi->flags & O_TRUNC ? FS_OPEN_EMPTY : 0);
    if (IS_OK(err))
        err = FS_CALL(fs_open_with(fs_task, path, flags, mode & 07777, &file->handle));
    if (IS_OK(err)) {
        file->is_changed = true;
        op_give(req, path);
        fi->fh = (uintptr_t)file;
        op_reply_entry(req, parent, name, fi);
        if (!file->node) { // it could not be answered
            fs_close(fs_task, file->handle);
            free(file);
        }
    } else {
        free(file);
        fuse_reply_err(req, fs_errno(err, EISDIR));
    }
    free(path);
}

void op_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi)
{
    (void)ino;
    struct file *file = file_of(fi);
    void *data = NULL;
    size_t len = 0;
    error_t err =
        FS_FILE_CALL(file, fs_read(fs_task, file->handle, (offset_t)off, size, &data, &len));
    if (IS_OK(err))
        fuse_reply_buf(req, data, MIN(len, size));
    else
        fuse_reply_err(req, fs_errno(err, EIO));
    free(data);
}

void op_write(fuse_req_t req, fuse_ino_t ino, const char *buf, size_t size, off_t off,
              struct fuse_file_info *fi)
{
    (void)ino;
    struct file *file = file_of(fi);
    error_t err = FS_FILE_CALL(file, fs_write(fs_task, file->handle, (offset_t)off, buf, size));
    file->is_changed = true;
    if (IS_OK(err))
        fuse_reply_write(req, size);
    else
        fuse_reply_err(req, err == ERR_TOO_LARGE ? EFBIG : fs_errno(err, EIO));
}

// The kernel tells a mount nothing of sync and syncfs, and of umount only afterwards. So what was
// written is on the disk when the file is closed.
void op_flush(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    static struct pace pace;
    (void)ino;
    struct file *file = file_of(fi);
    error_t err = file->is_changed ? fs_sync_at_pace(&pace) : OK;
    if (IS_OK(err))
        file->is_changed = false;
    fuse_reply_err(req, IS_OK(err) ? 0 : fs_errno(err, EIO));
}

void op_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    (void)ino;
    struct file *file = file_of(fi);
    fs_close(fs_task, file->handle); // a server that is gone has no handle of ours
    list_remove(&file->elem);
    free(file);
    fuse_reply_err(req, 0);
}

void op_fsync(fuse_req_t req, fuse_ino_t ino, int datasync, struct fuse_file_info *fi)
{
    (void)ino, (void)datasync, (void)fi;
    error_t err = FS_CALL(fs_sync(fs_task));
    fuse_reply_err(req, IS_OK(err) ? 0 : fs_errno(err, EIO));
}

// --- Directories --------------------------------------------------------------------------------

// What a directory held when it was opened.
struct listing {
    struct entry {
        char *name;
        unsigned kind;
    } * entries;
    size_t num;
    size_t room;
};

static error_t add_entry(void *arg, const struct fs_entry *entry)
{
    struct listing *listing = arg;
    if (listing->num == listing->room) {
        size_t room = listing->room ? 2 * listing->room : 32;
        struct entry *entries = reallocarray(listing->entries, room, sizeof(*entries));
        if (!entries)
            return ERR_NO_MEMORY;
        listing->entries = entries;
        listing->room = room;
    }
    char *name = strdup(entry->name);
    if (!name)
        return ERR_NO_MEMORY;
    listing->entries[listing->num++] = (struct entry){name, entry->kind};
    return OK;
}

static void free_listing(struct listing *listing)
{
    for (size_t i = 0; listing && i < listing->num; i++)
        free(listing->entries[i].name);
    if (listing)
        free(listing->entries);
    free(listing);
}

static void clear_listing(struct listing *listing)
{
    for (size_t i = 0; i < listing->num; i++)
        free(listing->entries[i].name);
    listing->num = 0;
}

static error_t list(const char *path, struct listing *listing)
{
    clear_listing(listing); // a try that failed half way
    struct fs_entry dot = {.name = ".", .kind = FS_KIND_DIRECTORY};
    struct fs_entry dots = {.name = "..", .kind = FS_KIND_DIRECTORY};
    OK_OR_RETURN(add_entry(listing, &dot));
    OK_OR_RETURN(add_entry(listing, &dots));
    return fsclient_list(fs_task, path, add_entry, listing);
}

void op_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    char *path = NULL;
    const struct node *node = node_find(ino);
    struct listing *listing = calloc(1, sizeof(*listing));
    error_t err = listing ? OK : ERR_NO_MEMORY;
    if (IS_OK(err))
        err = node ? node_path(node, NULL, &path) : ERR_NOT_FOUND;
    if (IS_OK(err))
        err = FS_CALL(list(path, listing));
    free(path);
    if (IS_ERROR(err)) {
        free_listing(listing);
        fuse_reply_err(req, fs_errno(err, ENOTDIR));
        return;
    }
    fi->fh = (uintptr_t)listing;
    fuse_reply_open(req, fi);
}

static mode_t type_bits(unsigned kind)
{
    switch (kind) {
    case FS_KIND_FILE:
        return S_IFREG;
    case FS_KIND_DIRECTORY:
        return S_IFDIR;
    case FS_KIND_SYMLINK:
        return S_IFLNK;
    default:
        return S_IFSOCK;
    }
}

void op_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi)
{
    (void)ino;
    const struct listing *listing = (struct listing *)(uintptr_t)fi->fh;
    char *buf = malloc(size);
    size_t len = 0;
    if (!buf) {
        fuse_reply_err(req, ENOMEM);
        return;
    }
    for (size_t i = (size_t)off; i < listing->num; i++) {
        // Inode numbers are not part of a listing; this one says so.
        struct stat st = {.st_ino = 0xffffffff, .st_mode = type_bits(listing->entries[i].kind)};
        size_t need = fuse_add_direntry(req, buf + len, size - len, listing->entries[i].name, &st,
                                        (off_t)i + 1);
        if (need > size - len)
            break;
        len += need;
    }
    fuse_reply_buf(req, buf, len);
    free(buf);
}

void op_releasedir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    (void)ino;
    free_listing((struct listing *)(uintptr_t)fi->fh);
    fuse_reply_err(req, 0);
}
