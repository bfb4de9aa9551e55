// Contents of files: sizes, holes, files without a name, locks.
#include <stdio.h>
#include <stdlib.h>
#include <linux/falloc.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "posix_calls.h"

#define BLOCK 4096

static bool is_filled(int fd, off_t at, size_t len, char byte)
{
    char *data = malloc(len);
    bool is = data && pread(fd, data, len, at) == (ssize_t)len;
    for (size_t i = 0; is && i < len; i++)
        is = data[i] == byte;
    free(data);
    return is;
}

static bool fill(int fd, off_t at, size_t len, char byte)
{
    char *data = malloc(len);
    if (!data)
        return false;
    memset(data, byte, len);
    bool ok = pwrite(fd, data, len, at) == (ssize_t)len;
    free(data);
    return ok;
}

static off_t size_of(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 ? st.st_size : -1;
}

static void unlinked(void)
{
    struct stat st;
    struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 2}};
    char path[64];
    int fd = open("u", O_CREAT | O_RDWR, 0644);
    OK(fd >= 0 && unlink("u") == 0);
    OK(fill(fd, 0, 10000, 'u') && is_filled(fd, 0, 10000, 'u'));
    OK(fchmod(fd, 0600) == 0 && fchown(fd, getuid(), getgid()) == 0 && futimens(fd, times) == 0);
    OK(fstat(fd, &st) == 0 && st.st_nlink == 0 && (st.st_mode & 07777) == 0600);
    OK(st.st_mtim.tv_sec == 2 && ftruncate(fd, 5000) == 0 && fsync(fd) == 0);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    int again = open(path, O_RDONLY);
    OK(again >= 0 && size_of(again) == 5000 && is_filled(again, 0, 5000, 'u'));
    OK(chmod(path, 0640) == 0 && fstat(again, &st) == 0 && (st.st_mode & 07777) == 0640);
    close(fd);
    OK(is_filled(again, 0, 5000, 'u'));
    close(again);
    // What is replaced stays for a program that has it open.
    make_file("old", "old");
    make_file("new", "newer");
    fd = open("old", O_RDONLY);
    OK(rename("new", "old") == 0 && size_of(fd) == 3 && fchmod(fd, 0644) == 0);
    close(fd);
}

static void renamed(void)
{
    make_file("a", "abc");
    OK(mkdir("d", 0755) == 0);
    int fd = open("a", O_RDWR);
    OK(rename("a", "d/b") == 0 && rename("d", "e") == 0);
    OK(fill(fd, 3, 3, 'd') && size_of(fd) == 6 && fchmod(fd, 0600) == 0);
    OK(stat_of("e/b").st_size == 6 && (stat_of("e/b").st_mode & 07777) == 0600);
    close(fd);
}

static void sizes(void)
{
    int fd = open("f", O_CREAT | O_RDWR, 0644);
    OK(fill(fd, 0, 3000, 'x') && ftruncate(fd, 100) == 0 && ftruncate(fd, 9000) == 0);
    OK(is_filled(fd, 0, 100, 'x') && is_filled(fd, 100, 8900, 0));
    FAILS(EINVAL, ftruncate(fd, -1));
    FAILS(EISDIR, truncate(".", 0));
    FAILS(ENOENT, truncate("nothing", 0));
    OK(truncate("f", 5) == 0 && size_of(fd) == 5);
    OK(fill(fd, 1 << 20, 10, 'y') && is_filled(fd, 5, (1 << 20) - 5, 0));
    close(fd);
}

static void allocation(void)
{
    struct stat st;
    int fd = open("f", O_CREAT | O_RDWR, 0644);
    OK(fallocate(fd, 0, 0, 10 * BLOCK) == 0 && size_of(fd) == 10 * BLOCK);
    OK(fstat(fd, &st) == 0 && st.st_blocks >= 10 * BLOCK / 512);
    OK(is_filled(fd, 0, 10 * BLOCK, 0));
    OK(fill(fd, BLOCK + 100, 3 * BLOCK, 'a') && is_filled(fd, BLOCK + 100, 3 * BLOCK, 'a'));
    OK(is_filled(fd, 0, BLOCK + 100, 0) && is_filled(fd, 4 * BLOCK + 100, 5 * BLOCK, 0));
    OK(fallocate(fd, FALLOC_FL_KEEP_SIZE, 10 * BLOCK, 4 * BLOCK) == 0);
    OK(size_of(fd) == 10 * BLOCK);
    close(fd);
}

static void holes(void)
{
    struct stat before, after;
    int fd = open("f", O_CREAT | O_RDWR, 0644);
    OK(fill(fd, 0, 10 * BLOCK, 'h') && fsync(fd) == 0 && fstat(fd, &before) == 0);
    OK(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, BLOCK + 10, 4 * BLOCK) == 0);
    OK(is_filled(fd, 0, BLOCK + 10, 'h') && is_filled(fd, BLOCK + 10, 4 * BLOCK, 0));
    OK(is_filled(fd, 5 * BLOCK + 10, 5 * BLOCK - 10, 'h'));
    OK(fstat(fd, &after) == 0 && after.st_blocks == before.st_blocks - 3 * BLOCK / 512);
    OK(after.st_size == before.st_size);
    OK(fallocate(fd, FALLOC_FL_ZERO_RANGE, 8 * BLOCK + 1, 4 * BLOCK) == 0);
    OK(size_of(fd) == 12 * BLOCK + 1 && is_filled(fd, 8 * BLOCK + 1, 4 * BLOCK, 0));
    OK(is_filled(fd, 7 * BLOCK, BLOCK + 1, 'h'));
    FAILS(EOPNOTSUPP, fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, BLOCK));
    FAILS(EINVAL, fallocate(fd, 0, 0, 0));
    close(fd);
}

static void mapped(void)
{
    int fd = open("f", O_CREAT | O_RDWR, 0644);
    OK(ftruncate(fd, 3 * BLOCK) == 0);
    char *map = mmap(NULL, 3 * BLOCK, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    OK(map != MAP_FAILED);
    if (map != MAP_FAILED) {
        memset(map + 100, 'm', 2 * BLOCK);
        OK(msync(map, 3 * BLOCK, MS_SYNC) == 0 && munmap(map, 3 * BLOCK) == 0);
    }
    close(fd);
    fd = open("f", O_RDONLY);
    OK(is_filled(fd, 100, 2 * BLOCK, 'm') && is_filled(fd, 0, 100, 0));
    close(fd);
}

static void locks(void)
{
    int fd = open("f", O_CREAT | O_RDWR, 0644), other = open("f", O_RDWR);
    OK(flock(fd, LOCK_EX) == 0);
    FAILS(EWOULDBLOCK, flock(other, LOCK_EX | LOCK_NB));
    OK(flock(fd, LOCK_UN) == 0 && flock(other, LOCK_EX | LOCK_NB) == 0);
    close(other);
    close(fd);
}

static void whole_file_system(void)
{
    struct statvfs st;
    int fd = open(".", O_RDONLY | O_DIRECTORY);
    OK(statvfs(".", &st) == 0 && st.f_namemax == 255 && st.f_bfree <= st.f_blocks);
    OK(fsync(fd) == 0 && syncfs(fd) == 0);
    close(fd);
}

const struct posix_part posix_files[] = {
    {"unlinked", unlinked}, {"renamed", renamed},
    {"sizes", sizes},       {"allocation", allocation},
    {"holes", holes},       {"mapped", mapped},
    {"locks", locks},       {"whole_file_system", whole_file_system},
    {NULL, NULL},
};
