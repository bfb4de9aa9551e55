// The file or block device behind `blk`.
#include "device.h"
#include <fcntl.h>
#include <oolong/message.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LARGEST_ALIGN 4096u

static void say_errno(char *error_text, const char *what)
{
    snprintf(error_text, DEVICE_ERROR_LEN, "cannot %s: %s", what, strerror(errno));
}

// The lock belongs to the open file, which transfers under way keep open. So after a disk was
// killed, the next one waits here until the old transfers have ended. Otherwise an old write could
// overwrite a new one.
static error_t take_lock(int fd, bool shared, unsigned wait_ms, char *error_text)
{
    const unsigned step_ms = 10;
    for (unsigned waited = 0;; waited += step_ms) {
        if (flock(fd, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0)
            return OK;
        if (errno == EINTR)
            continue;
        // Some network file systems have no locks.
        if (errno == ENOLCK || errno == EOPNOTSUPP || errno == EINVAL || errno == ENOSYS)
            return OK;
        if (errno != EWOULDBLOCK) {
            say_errno(error_text, "lock it");
            return ERR_UNAVAILABLE;
        }
        if (waited >= wait_ms) {
            snprintf(error_text, DEVICE_ERROR_LEN, "another process has it in use");
            return ERR_IN_USE;
        }
        struct timespec step = {.tv_nsec = step_ms * 1000000L};
        ppoll(NULL, 0, &step, NULL);
    }
}

// The smallest alignment that O_DIRECT accepts, or 0. Trying to read works with every kernel and
// file system. Memory is always aligned to a page.
static uint32_t probe_align(int fd)
{
    void *buf;
    if (posix_memalign(&buf, LARGEST_ALIGN, LARGEST_ALIGN) != 0)
        return 0;
    uint32_t align = BLK_SECTOR_SIZE;
    while (align <= LARGEST_ALIGN && pread(fd, buf, align, 0) < 0)
        align *= 2;
    free(buf);
    return align <= LARGEST_ALIGN ? align : 0;
}

// A partial last block could be read, but writing it would make the file longer.
static bool switch_direct(struct device *dev, uint64_t size)
{
    int flags = fcntl(dev->fd, F_GETFL);
    if (flags < 0 || fcntl(dev->fd, F_SETFL, flags | O_DIRECT) < 0)
        return false;
    uint32_t align = probe_align(dev->fd);
    if (align != 0 && size % align == 0) {
        dev->align = align;
        return true;
    }
    if (fcntl(dev->fd, F_SETFL, flags & ~O_DIRECT) < 0)
        abort(); // setting the flag was possible
    return false;
}

static error_t find_size(int fd, uint64_t *size, char *error_text)
{
    struct stat st;
    if (fstat(fd, &st) < 0) {
        say_errno(error_text, "look at it");
        return ERR_UNAVAILABLE;
    }
    if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode)) {
        snprintf(error_text, DEVICE_ERROR_LEN, "neither a regular file nor a block device");
        return ERR_NOT_ACCEPTABLE;
    }
    off_t end = lseek(fd, 0, SEEK_END);
    if (end < 0) {
        say_errno(error_text, "find its end");
        return ERR_UNAVAILABLE;
    }
    if (end < BLK_SECTOR_SIZE) {
        snprintf(error_text, DEVICE_ERROR_LEN, "shorter than a sector of %d bytes",
                 BLK_SECTOR_SIZE);
        return ERR_NOT_ACCEPTABLE;
    }
    *size = (uint64_t)end;
    return OK;
}

error_t device_open(struct device *dev, int fd, bool want_direct, unsigned wait_ms,
                    char error_text[DEVICE_ERROR_LEN])
{
    uint64_t size;
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0) {
        say_errno(error_text, "use its descriptor");
        return ERR_UNAVAILABLE;
    }
    bool read_only = (flags & O_ACCMODE) == O_RDONLY;
    OK_OR_RETURN(find_size(fd, &size, error_text));
    OK_OR_RETURN(take_lock(fd, read_only, wait_ms, error_text));
    *dev = (struct device){
        .fd = fd,
        .blk = {.num_sectors = size / BLK_SECTOR_SIZE, .read_only = read_only},
        .align = BLK_SECTOR_SIZE,
    };
    dev->direct = want_direct && switch_direct(dev, size);
    return OK;
}

bool device_widen(struct device *dev, uint32_t align)
{
    if (dev->blk.num_sectors % (align / BLK_SECTOR_SIZE) != 0)
        return false;
    dev->align = MAX(dev->align, align);
    return true;
}
