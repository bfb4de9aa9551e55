// Requests about open files and directories.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "changed.h"
#include "fs.h"
#include "known.h"
#include "ops.h"

static struct file *file_of(const struct fuse_file_info *fi)
{
    return (struct file *)(uintptr_t)fi->fh;
}

// A file that cannot be written needs no flush when it is closed.
static void set_file(struct fuse_file_info *fi, struct file *file)
{
    fi->fh = (uintptr_t)file;
    fi->noflush = (fi->flags & O_ACCMODE) == O_RDONLY;
}

void op_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    struct file *file = calloc(1, sizeof(*file));
    unsigned flags = fi->flags & O_TRUNC ? FS_OPEN_EMPTY : 0;
    error_t err = file ? FS_CALL(fs_node_open(fs_task, ino, flags, &file->handle)) : ERR_NO_MEMORY;
    if (IS_ERROR(err)) {
        free(file);
        fuse_reply_err(req, err == ERR_NO_MEMORY ? ENFILE : fs_errno(err, ENXIO));
        return;
    }
    file->node = ino;
    file->server = fs_task;
    file->is_changed = flags != 0;
    if (file->is_changed)
        fs_changed();
    set_file(fi, file);
    fuse_reply_open(req, fi);
}

void op_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
               struct fuse_file_info *fi)
{
    const struct fuse_ctx *ctx = fuse_req_ctx(req);
    struct fuse_entry_param entry;
    struct file *file = calloc(1, sizeof(*file));
    fs_attrs_t attr;
    fs_dir_attrs_t dir_attr = {0};
    unsigned flags = FS_OPEN_CREATE | (fi->flags & O_EXCL ? FS_OPEN_NEW : 0) |
                     (fi->flags & O_TRUNC ? FS_OPEN_EMPTY : 0);
    error_t err = file ? OK : ERR_NO_MEMORY;
    if (IS_OK(err))
        err = FS_CALL(fs_node_create(fs_task, parent, name, flags, mode & 07777, ctx->umask,
                                     ctx->uid, ctx->gid, &file->handle, attr, dir_attr));
    changed_update(parent, dir_attr);
    if (IS_OK(err) && !op_entry(attr, &entry)) {
        fs_close(fs_task, file->handle);
        err = ERR_NO_MEMORY;
    }
    if (IS_ERROR(err)) {
        free(file);
        fuse_reply_err(req, fs_errno(err, EISDIR));
        return;
    }
    fs_changed();
    file->node = attr[FS_ATTRIBUTE_NODE];
    file->server = fs_task;
    file->is_changed = true;
    set_file(fi, file);
    fuse_reply_create(req, &entry, fi);
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
    fs_changed();
    if (IS_OK(err))
        fuse_reply_write(req, size);
    else
        fuse_reply_err(req, err == ERR_TOO_LARGE ? EFBIG : fs_errno(err, EIO));
}

// Closing a file that was written waits for a commit, because the kernel does not tell the mount
// about sync and syncfs, and about umount only afterwards.
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
    fs_close_later(file);
    if (known_is_kept(file->node)) // it takes room until it is closed
        fs_close_pending();
    free(file);
    fuse_reply_err(req, 0);
}

void op_fsync(fuse_req_t req, fuse_ino_t ino, int datasync, struct fuse_file_info *fi)
{
    (void)ino, (void)datasync, (void)fi;
    fs_close_pending();
    error_t err = fs_sync_now();
    fuse_reply_err(req, IS_OK(err) ? 0 : fs_errno(err, EIO));
}

void op_fallocate(fuse_req_t req, fuse_ino_t ino, int mode, off_t offset, off_t len,
                  struct fuse_file_info *fi)
{
    (void)ino;
    struct file *file = file_of(fi);
    error_t err = FS_FILE_CALL(
        file, fs_allocate(fs_task, file->handle, (unsigned)mode, (offset_t)offset, (offset_t)len));
    file->is_changed = true;
    fs_changed();
    fuse_reply_err(req, IS_OK(err) ? 0 : err == ERR_TOO_LARGE ? EFBIG : fs_errno(err, EOPNOTSUPP));
}

// --- Directories --------------------------------------------------------------------------------

#define RECORD_LEN 20 // of fs.node_list, before the name

void op_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    (void)ino;
    fuse_reply_open(req, fi);
}

void op_releasedir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    (void)ino, (void)fi;
    fuse_reply_err(req, 0);
}

static uint64_t get_le(const uint8_t *p, int num_bytes)
{
    uint64_t value = 0;
    for (int i = num_bytes - 1; i >= 0; i--)
        value = value << 8 | p[i];
    return value;
}

// Converts as many of the server's entries as fit into the kernel's form. Sets `*used` to the
// length.
static error_t put_entries(fuse_req_t req, const uint8_t *p, size_t len, char *buf, size_t size,
                           size_t *used)
{
    *used = 0;
    while (len > 0) {
        const uint8_t *end =
            len > RECORD_LEN ? memchr(&p[RECORD_LEN], '\0', len - RECORD_LEN) : NULL;
        if (!end)
            return ERR_UNAVAILABLE; // not a listing
        struct stat st = {.st_ino = get_le(p, 8), .st_mode = (mode_t)get_le(&p[16], 4)};
        size_t need = fuse_add_direntry(req, buf + *used, size - *used,
                                        (const char *)&p[RECORD_LEN], &st, (off_t)get_le(&p[8], 8));
        if (need > size - *used)
            return OK;
        *used += need;
        len -= (size_t)(end + 1 - p);
        p = end + 1;
    }
    return OK;
}

// Asks the server each time, so that entries that were added or removed meanwhile show.
void op_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi)
{
    (void)fi;
    void *entries = NULL;
    size_t len = 0, used = 0;
    char *buf = malloc(size);
    changed_forget_node(ino); // its time of access may change
    error_t err = buf ? OK : ERR_NO_MEMORY;
    if (IS_OK(err))
        err = FS_CALL(fs_node_list(fs_task, ino, (uint64_t)off, size, &entries, &len));
    if (IS_OK(err))
        err = put_entries(req, entries, len, buf, size, &used);
    if (IS_OK(err))
        fuse_reply_buf(req, buf, used);
    else
        fuse_reply_err(req, err == ERR_TOO_SMALL ? EINVAL : fs_errno(err, ENOTDIR));
    free(entries);
    free(buf);
}
