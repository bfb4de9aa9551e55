// Requests are counted by opcode.
#include "count.h"
#include <linux/fuse.h>
#include <resea/printf.h>
#include <stdio.h>
#include <string.h>

#define MAX_OPS 64
#define LOG_LEN 1000

static const char *const names[MAX_OPS] = {
    [FUSE_LOOKUP] = "LOOKUP",
    [FUSE_FORGET] = "FORGET",
    [FUSE_GETATTR] = "GETATTR",
    [FUSE_SETATTR] = "SETATTR",
    [FUSE_READLINK] = "READLINK",
    [FUSE_SYMLINK] = "SYMLINK",
    [FUSE_MKNOD] = "MKNOD",
    [FUSE_MKDIR] = "MKDIR",
    [FUSE_UNLINK] = "UNLINK",
    [FUSE_RMDIR] = "RMDIR",
    [FUSE_RENAME] = "RENAME",
    [FUSE_LINK] = "LINK",
    [FUSE_OPEN] = "OPEN",
    [FUSE_READ] = "READ",
    [FUSE_WRITE] = "WRITE",
    [FUSE_STATFS] = "STATFS",
    [FUSE_RELEASE] = "RELEASE",
    [FUSE_FSYNC] = "FSYNC",
    [FUSE_SETXATTR] = "SETXATTR",
    [FUSE_GETXATTR] = "GETXATTR",
    [FUSE_LISTXATTR] = "LISTXATTR",
    [FUSE_REMOVEXATTR] = "REMOVEXATTR",
    [FUSE_FLUSH] = "FLUSH",
    [FUSE_INIT] = "INIT",
    [FUSE_OPENDIR] = "OPENDIR",
    [FUSE_READDIR] = "READDIR",
    [FUSE_RELEASEDIR] = "RELEASEDIR",
    [FUSE_FSYNCDIR] = "FSYNCDIR",
    [FUSE_ACCESS] = "ACCESS",
    [FUSE_CREATE] = "CREATE",
    [FUSE_INTERRUPT] = "INTERRUPT",
    [FUSE_IOCTL] = "IOCTL",
    [FUSE_BATCH_FORGET] = "BATCH_FORGET",
    [FUSE_FALLOCATE] = "FALLOCATE",
    [FUSE_RENAME2] = "RENAME2",
};

uint64_t count_calls;
uint64_t count_closings;
static uint64_t counts[MAX_OPS];

void count_request(const void *request, size_t len)
{
    struct fuse_in_header header;
    if (len < sizeof(header))
        return;
    memcpy(&header, request, sizeof(header));
    counts[header.opcode < MAX_OPS ? header.opcode : 0]++;
}

void count_report(void)
{
    char line[LOG_LEN];
    size_t used =
        (size_t)snprintf(line, sizeof(line), "counted: calls %llu closings %llu",
                         (unsigned long long)count_calls, (unsigned long long)count_closings);
    for (int op = 0; op < MAX_OPS; op++) {
        if (counts[op] > 0 && used < sizeof(line))
            used +=
                (size_t)snprintf(&line[used], sizeof(line) - used, " %s %llu",
                                 names[op] ? names[op] : "OTHER", (unsigned long long)counts[op]);
    }
    INFO("%s", line);
}
