// random_ops: does the same random operations below two folders and compares every result, and the
// folders at the end: random_ops FOLDER OTHER COUNT SEED. Exit status 1 at the first difference.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NUM_NAMES 12
#define MAX_LEN   70000
#define MAX_AT    300000

static int roots[2];
static uint64_t state;
static uint8_t data[MAX_LEN], got[2][MAX_LEN];
static long step_number;

static unsigned pick(unsigned num)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 11) % num;
}

// A path of one to three names out of few, so that operations meet.
static void pick_path(char path[64])
{
    unsigned depth = 1 + pick(3);
    char *p = path;
    for (unsigned i = 0; i < depth; i++)
        p += sprintf(p, "%s%c", i ? "/" : "", (char)('a' + pick(NUM_NAMES)));
}

static void __attribute__((noreturn, format(printf, 1, 2))) differ(const char *format, ...)
{
    va_list args;
    fprintf(stderr, "operation %ld: ", step_number);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n");
    exit(1);
}

// 0 or an errno, of one call on each side.
#define BOTH(what, path, call)                                                                     \
    do {                                                                                           \
        int both_err_[2];                                                                          \
        for (int side = 0; side < 2; side++) {                                                     \
            int root = roots[side];                                                                \
            (void)root;                                                                            \
            both_err_[side] = (call) < 0 ? errno : 0;                                              \
        }                                                                                          \
        if (both_err_[0] != both_err_[1])                                                          \
            differ("%s %s: %s and %s", what, path, strerror(both_err_[0]),                         \
                   strerror(both_err_[1]));                                                        \
    } while (0)

static void fill(size_t len)
{
    for (size_t i = 0; i < len; i++)
        data[i] = (uint8_t)pick(256);
}

// Opens on both sides; false when it fails on both.
static int open_both(const char *path, int flags, int fds[2])
{
    BOTH("open", path, (fds[side] = openat(root, path, flags | O_CLOEXEC, 0644)));
    return fds[0] >= 0;
}

static void close_both(const int fds[2])
{
    close(fds[0]);
    close(fds[1]);
}

static void compare_stat(const char *path, const struct stat st[2])
{
    if (st[0].st_mode != st[1].st_mode)
        differ("%s: modes %o and %o", path, st[0].st_mode, st[1].st_mode);
    if (st[0].st_uid != st[1].st_uid || st[0].st_gid != st[1].st_gid)
        differ("%s: owners %u and %u", path, st[0].st_uid, st[1].st_uid);
    if (S_ISDIR(st[0].st_mode))
        return; // their sizes are the file systems' own
    if (st[0].st_size != st[1].st_size)
        differ("%s: sizes %lld and %lld", path, (long long)st[0].st_size, (long long)st[1].st_size);
    if (st[0].st_nlink != st[1].st_nlink)
        differ("%s: links %u and %u", path, (unsigned)st[0].st_nlink, (unsigned)st[1].st_nlink);
}

static void do_write(const char *path)
{
    int fds[2], flags = O_WRONLY | (pick(2) ? O_CREAT : 0) | (pick(4) ? 0 : O_EXCL) |
                        (pick(6) ? 0 : O_TRUNC) | (pick(6) ? 0 : O_APPEND);
    if (!open_both(path, flags, fds))
        return;
    for (unsigned i = 1 + pick(3); i > 0; i--) {
        bool small = pick(3) == 0; // may stay within an inode
        size_t len = small ? pick(100) : pick(4) ? pick(5000) : pick(MAX_LEN);
        off_t at = small ? pick(150) : pick(3) ? pick(20000) : pick(MAX_AT);
        fill(len);
        BOTH("write", path, pwrite(fds[side], data, len, at));
    }
    if (pick(10) == 0)
        BOTH("fsync", path, fsync(fds[side]));
    close_both(fds);
}

static void read_both(const char *path, const int fds[2], size_t len, off_t at)
{
    ssize_t num[2] = {0};
    BOTH("read", path, (num[side] = pread(fds[side], got[side], len, at)));
    if (num[0] != num[1])
        differ("%s at %lld: %zd and %zd bytes", path, (long long)at, num[0], num[1]);
    if (num[0] > 0 && memcmp(got[0], got[1], (size_t)num[0]) != 0)
        differ("%s at %lld: the bytes differ", path, (long long)at);
}

static void do_read(const char *path)
{
    int fds[2];
    if (!open_both(path, O_RDONLY, fds))
        return;
    struct stat st[2] = {{0}};
    BOTH("fstat", path, fstat(fds[side], &st[side]));
    if (S_ISREG(st[0].st_mode))
        read_both(path, fds, 1 + pick(MAX_LEN - 1), pick(MAX_AT));
    close_both(fds);
}

// A file goes on without its name.
static void do_orphan(const char *path)
{
    int fds[2];
    struct stat st[2] = {{0}};
    if (!open_both(path, O_RDWR | O_CREAT, fds))
        return;
    BOTH("unlink", path, unlinkat(root, path, 0));
    fill(3000);
    off_t at = pick(2) * 5000;
    BOTH("write", path, pwrite(fds[side], data, 3000, at));
    BOTH("ftruncate", path, ftruncate(fds[side], 7000));
    BOTH("fstat", path, fstat(fds[side], &st[side]));
    compare_stat(path, st);
    read_both(path, fds, 10000, 0);
    close_both(fds);
}

static void do_truncate(const char *path)
{
    off_t size = pick(3) ? pick(MAX_AT) : pick(200);
    int fds[2];
    if (!open_both(path, O_WRONLY, fds))
        return;
    BOTH("ftruncate", path, ftruncate(fds[side], size));
    close_both(fds);
}

static void do_times(const char *path)
{
    struct timespec times[2] = {{1000000000 + pick(1000000000), pick(1000000000)},
                                {pick(2000000000), pick(1000000000)}};
    struct stat st[2] = {{0}};
    BOTH("utimensat", path, utimensat(root, path, times, AT_SYMLINK_NOFOLLOW));
    BOTH("lstat", path, fstatat(root, path, &st[side], AT_SYMLINK_NOFOLLOW));
    if (st[0].st_mtim.tv_sec != st[1].st_mtim.tv_sec ||
        st[0].st_mtim.tv_nsec != st[1].st_mtim.tv_nsec)
        differ("%s: times differ", path);
}

static void do_stat(const char *path)
{
    struct stat st[2] = {{0}};
    int flags = pick(2) ? AT_SYMLINK_NOFOLLOW : 0;
    BOTH("stat", path, fstatat(root, path, &st[side], flags));
    compare_stat(path, st);
}

static void do_readlink(const char *path)
{
    ssize_t num[2] = {0};
    BOTH("readlink", path, (num[side] = readlinkat(root, path, (char *)got[side], MAX_LEN)));
    if (num[0] != num[1] || (num[0] > 0 && memcmp(got[0], got[1], (size_t)num[0]) != 0))
        differ("%s: targets differ", path);
}

static void do_two_paths(const char *path, int rename)
{
    char other[64];
    pick_path(other);
    if (rename)
        BOTH("rename", path, renameat(root, path, root, other));
    else
        BOTH("link", path, linkat(root, path, root, other, 0));
}

static void do_something(void)
{
    char path[64], other[64];
    pick_path(path);
    switch (pick(20)) {
    case 0 ... 5:
        do_write(path);
        return;
    case 6 ... 8:
        do_read(path);
        return;
    case 9:
        do_truncate(path);
        return;
    case 10:
        do_two_paths(path, 1);
        return;
    case 11:
        do_two_paths(path, 0);
        return;
    case 12 ... 13:
        BOTH("mkdir", path, mkdirat(root, path, 0755));
        return;
    case 14:
        BOTH("rmdir", path, unlinkat(root, path, AT_REMOVEDIR));
        return;
    case 15:
        BOTH("unlink", path, unlinkat(root, path, 0));
        return;
    case 16:
        pick_path(other);
        BOTH("symlink", path, symlinkat(other, root, path));
        do_readlink(path);
        return;
    case 17: {
        mode_t mode = 0700 | pick(0100);
        BOTH("chmod", path, fchmodat(root, path, mode, 0));
        return;
    }
    case 18:
        do_times(path);
        return;
    default:
        if (pick(2))
            do_stat(path);
        else
            do_orphan(path);
    }
}

// --- Whole folders ------------------------------------------------------------------------------

static int visible(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
           strcmp(entry->d_name, "lost+found") != 0;
}

static void compare_file(const char *path)
{
    int fds[2];
    if (!open_both(path, O_RDONLY | O_NOFOLLOW, fds))
        differ("%s: cannot be read", path);
    for (off_t at = 0; at < MAX_AT + MAX_LEN; at += MAX_LEN)
        read_both(path, fds, MAX_LEN, at);
    close_both(fds);
}

static long compare_folders(const char *path)
{
    struct dirent **entries[2];
    int num[2];
    long total = 0;
    for (int side = 0; side < 2; side++) {
        num[side] = scandirat(roots[side], path, &entries[side], visible, alphasort);
        if (num[side] < 0)
            differ("%s: %s", path, strerror(errno));
    }
    if (num[0] != num[1])
        differ("%s: %d and %d entries", path, num[0], num[1]);
    for (int i = 0; i < num[0]; i++) {
        char name[4096];
        struct stat st[2];
        if (strcmp(entries[0][i]->d_name, entries[1][i]->d_name) != 0)
            differ("%s: %s and %s", path, entries[0][i]->d_name, entries[1][i]->d_name);
        snprintf(name, sizeof(name), "%s/%s", path, entries[0][i]->d_name);
        BOTH("lstat", name, fstatat(root, name, &st[side], AT_SYMLINK_NOFOLLOW));
        compare_stat(name, st);
        if (S_ISREG(st[0].st_mode))
            compare_file(name);
        else if (S_ISDIR(st[0].st_mode))
            total += compare_folders(name);
        else
            do_readlink(name);
        total++;
        free(entries[0][i]);
        free(entries[1][i]);
    }
    free(entries[0]);
    free(entries[1]);
    return total;
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    for (int side = 0; side < 2; side++) {
        roots[side] = open(argv[1 + side], O_RDONLY | O_DIRECTORY);
        if (roots[side] < 0) {
            perror(argv[1 + side]);
            return 2;
        }
    }
    long count = atol(argv[3]);
    state = strtoull(argv[4], NULL, 10) * 0x9e3779b97f4a7c15u + 1;
    umask(022);
    for (step_number = 1; step_number <= count; step_number++)
        do_something();
    long total = compare_folders(".");
    printf("%ld operations, %ld entries alike\n", count, total);
    return 0;
}
