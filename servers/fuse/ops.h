// The requests of the kernel.
#ifndef FUSE_OPS_H
#define FUSE_OPS_H

#define FUSE_USE_VERSION 35
#include <fuse_lowlevel.h>
#include <oolong/types.h>

extern const struct fuse_lowlevel_ops fuse_ops;

// In files.c: open files and directories.
void op_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void op_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
               struct fuse_file_info *fi);
void op_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi);
void op_write(fuse_req_t req, fuse_ino_t ino, const char *buf, size_t size, off_t off,
              struct fuse_file_info *fi);
void op_flush(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void op_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void op_fallocate(fuse_req_t req, fuse_ino_t ino, int mode, off_t offset, off_t len,
                  struct fuse_file_info *fi);
void op_fsync(fuse_req_t req, fuse_ino_t ino, int datasync, struct fuse_file_info *fi);
void op_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void op_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi);
void op_releasedir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);

// In xattrs.c.
void op_getxattr(fuse_req_t req, fuse_ino_t ino, const char *name, size_t size);
void op_listxattr(fuse_req_t req, fuse_ino_t ino, size_t size);
void op_setxattr(fuse_req_t req, fuse_ino_t ino, const char *name, const char *value, size_t size,
                 int flags);
void op_removexattr(fuse_req_t req, fuse_ino_t ino, const char *name);

// In entry.c.

// How long the kernel may use an answer. Other clients change files too.
#define OP_TIMEOUT_S  1.0
#define OP_TIMEOUT_NS 1000000000u

// Converts a node's attributes.
struct stat op_stat(const uint64_t *attr);
// Notes whether a node has extended attributes, for as long as the attributes are valid.
void op_note_xattrs(const uint64_t *attr);
// Makes an entry of a node's attributes, for telling the kernel the node. False: out of memory.
__mustuse bool op_entry(const uint64_t *attr, struct fuse_entry_param *entry);
// Call it after a change of names or attributes, before the reply.
void op_settle(error_t err);

#endif
