// Reading whole files and directories through `fs`, for applications.
#ifndef COMMON_FSCLIENT_H
#define COMMON_FSCLIENT_H

#include <oolong/types.h>

struct fs_entry {
    const char *name; // valid during the call
    uint64_t size;
    int64_t mtime;
    uint32_t mode;
    uint32_t kind; // enum fs_kind
};

// Called for each piece of a file, or each entry of a directory. If it returns an error, no more
// calls follow, and the whole function returns that error.
typedef error_t (*fs_data_fn)(void *arg, const void *data, size_t len);
typedef error_t (*fs_entry_fn)(void *arg, const struct fs_entry *entry);

// Opens a file, passes all of it to `each` in order, in pieces of at most 1 MiB, and closes it.
//
// As fs.open and fs.read.
__mustuse error_t fsclient_read(task_t fs, const char *path, fs_data_fn each, void *arg);

// Passes the entries of a directory to `each`, in name order.
//
// As fs.list. ERR_NOT_ACCEPTABLE also: the server's answer is no listing.
__mustuse error_t fsclient_list(task_t fs, const char *path, fs_entry_fn each, void *arg);

// Reads the entry at `*at` of one answer of fs.list, and moves `*at` to the next one.
//
// ERR_EMPTY: that was all. ERR_NOT_ACCEPTABLE: it is no listing.
__mustuse error_t fsclient_next_entry(const void *entries, size_t len, size_t *at,
                                      struct fs_entry *entry);

// The answer of fs.attributes.
struct fs_attributes {
    uint64_t size;
    uint64_t blocks; // of 512 bytes
    uint64_t inode;
    unsigned kind; // enum fs_kind
    unsigned mode;
    unsigned links;
    unsigned uid;
    unsigned gid;
    int64_t atime;
    int64_t mtime;
    int64_t ctime;
    uint32_t atime_ns;
    uint32_t mtime_ns;
    uint32_t ctime_ns;
};

// As fs.attributes and fs.handle_attributes.
__mustuse error_t fsclient_attributes(task_t fs, const char *path, bool follow,
                                      struct fs_attributes *attr);
__mustuse error_t fsclient_handle_attributes(task_t fs, handle_t handle,
                                             struct fs_attributes *attr);

// Joins a directory's path and a name. The caller frees it. NULL: out of memory.
char *fsclient_join(const char *dir, const char *name);

#endif
