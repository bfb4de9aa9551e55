// Requests about extended attributes, including ACLs, which the kernel enforces.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include "changed.h"
#include "fs.h"
#include "known.h"
#include "ops.h"

// ENOSYS: the kernel does not ask again.
static int xattr_errno(error_t err)
{
    return err == ERR_NOT_PERMITTED && fs_is_read_only ? ENOSYS : fs_errno(err, EOPNOTSUPP);
}

// Answers getxattr or listxattr. `size` is the room that the kernel's caller has for `data`; 0 asks
// for the length only.
static void reply_bytes(fuse_req_t req, error_t err, const void *data, size_t len, size_t size)
{
    if (IS_ERROR(err))
        fuse_reply_err(req, xattr_errno(err));
    else if (size == 0)
        fuse_reply_xattr(req, len);
    else if (len > size)
        fuse_reply_err(req, ERANGE);
    else
        fuse_reply_buf(req, data, len);
}

// The kernel asks for "security.capability" before each write, and for ACLs. Most files are known
// to have no attributes.
void op_getxattr(fuse_req_t req, fuse_ino_t ino, const char *name, size_t size)
{
    void *value = NULL;
    size_t len = 0;
    error_t err = ERR_EMPTY;
    if (!known_is_bare(ino, fs_now_ns()))
        err = FS_CALL(fs_node_get_xattr(fs_task, ino, name, &value, &len));
    reply_bytes(req, err, value, len, size);
    free(value);
}

void op_listxattr(fuse_req_t req, fuse_ino_t ino, size_t size)
{
    void *names = NULL;
    size_t len = 0;
    error_t err = FS_CALL(fs_node_list_xattr(fs_task, ino, &names, &len));
    reply_bytes(req, err, names, len, size);
    free(names);
}

static void reply_change(fuse_req_t req, fuse_ino_t ino, error_t err)
{
    known_set_bare(ino, 0);
    changed_forget_node(ino);
    op_settle(err);
    fuse_reply_err(req, IS_OK(err) ? 0 : fs_errno(err, EOPNOTSUPP));
}

void op_setxattr(fuse_req_t req, fuse_ino_t ino, const char *name, const char *value, size_t size,
                 int flags)
{
    unsigned how =
        (flags & XATTR_CREATE ? FS_XATTR_NEW : 0) | (flags & XATTR_REPLACE ? FS_XATTR_OLD : 0);
    reply_change(req, ino, FS_CALL(fs_node_set_xattr(fs_task, ino, name, value, size, how)));
}

void op_removexattr(fuse_req_t req, fuse_ino_t ino, const char *name)
{
    reply_change(req, ino, FS_CALL(fs_node_remove_xattr(fs_task, ino, name)));
}
