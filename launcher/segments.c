// See segments.h. vm hands out shared segments and fresh pages.
//
// A task may keep a segment mapped, or keep its descriptor, after vm has closed the segment. So the
// launcher keeps a descriptor of each segment and asks the kernel whether it is the last one:
// F_SETLEASE with F_WRLCK succeeds only if no one else has the file open or mapped (fcntl(2)). That
// works for files that were opened by a path, and memfd_create() does not open one. So all
// descriptors of a segment are opened again by /proc/self/fd. The launcher frees a segment in
// pieces: freeing 1 GiB takes about 50 ms, and no task would be served meanwhile.
#include "segments.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "log.h"
#include "suite.h"

#define PIECE   (16u << 20) // freed at once, in about a millisecond
#define LOOK_MS 1000        // between two looks, while a segment that vm has closed is in use

struct segment {
    struct segment *next;
    struct task_spec *owner;
    uint64_t size;
    int fd;       // -1: charged until the task `until` has ended
    task_t until; // the task that asked for it
    bool freeing; // no one has it any more, so it is not charged
};

static struct segment *segments;
static unsigned num_closed; // segments that vm has closed and that may still be in use

static void on_look(struct timer *timer);
static void free_piece(struct timer *timer);
static struct timer look_timer = {.fire = on_look}, free_timer = {.fire = free_piece};

// Opens the file of `fd` again. -1: see errno.
static int open_again(int fd, int flags)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return open(path, flags | O_CLOEXEC);
}

// Whether the launcher's descriptor is the only one, and the file is not mapped.
static bool is_last(int fd)
{
    if (fcntl(fd, F_SETLEASE, F_WRLCK) < 0)
        return false;
    fcntl(fd, F_SETLEASE, F_UNLCK);
    return true;
}

// Makes the memory with three descriptors: the launcher's own (with `keep`), a read-write and a
// read-only one.
static bool make(uint64_t size, bool keep, int *own, int fds[2])
{
    *own = fds[0] = fds[1] = -1;
    int fd = memfd_create("shared", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0 || ftruncate(fd, (off_t)size) < 0 ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
        goto out;
    *own = keep ? open_again(fd, O_RDWR) : -1;
    fds[0] = open_again(fd, O_RDWR);
    fds[1] = open_again(fd, O_RDONLY);
    // The mode stops the holder of the read-only descriptor from opening it again for writing.
    if (fds[0] < 0 || fds[1] < 0 || (keep && *own < 0) || fchmod(fd, 0400) < 0)
        goto out;
    close(fd);
    return true;
out:;
    int error = errno;
    for (int *each = fds; each < fds + 2; each++) {
        if (*each >= 0)
            close(*each);
    }
    if (*own >= 0)
        close(*own);
    if (fd >= 0)
        close(fd);
    errno = error;
    return false;
}

static bool lease_works(void)
{
    static int works = -1;
    if (works < 0) {
        int fd = memfd_create("lease", MFD_CLOEXEC);
        int again = fd < 0 ? -1 : open_again(fd, O_RDWR);
        if (fd >= 0)
            close(fd);
        if (again < 0) // no descriptors left: try again next time
            return false;
        works = is_last(again);
        close(again);
    }
    return works;
}

static void remove_segment(struct segment *segment)
{
    struct segment **link = &segments;
    while (*link != segment)
        link = &(*link)->next;
    *link = segment->next;
    if (!segment->freeing)
        segment->owner->shared_bytes -= segment->size;
    if (segment->fd >= 0)
        close(segment->fd);
    free(segment);
}

// Frees a piece at the end of the first segment that is not in use. `size` shrinks to what is left.
static void free_piece(struct timer *timer)
{
    struct segment *segment = segments;
    while (segment && !segment->freeing)
        segment = segment->next;
    if (!segment)
        return;
    uint64_t len = segment->size < PIECE ? segment->size : PIECE;
    segment->size -= len;
    int failed = fallocate(segment->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                           (off_t)segment->size, (off_t)len);
    if (failed || segment->size == 0)
        remove_segment(segment);
    loop_timer(timer, 0);
}

// Finds segments that are not in use any more.
static void look(void)
{
    bool any = false;
    for (struct segment *segment = segments; segment; segment = segment->next) {
        if (segment->fd < 0 || segment->freeing || !is_last(segment->fd))
            continue;
        segment->freeing = any = true;
        segment->owner->shared_bytes -= segment->size;
        num_closed -= num_closed > 0;
    }
    if (any)
        loop_timer(&free_timer, 0);
    if (num_closed > 0)
        loop_timer(&look_timer, LOOK_MS);
}

static void on_look(struct timer *timer)
{
    (void)timer;
    look();
}

static uint64_t limit_of(const struct task_spec *owner)
{
    if (owner->shared_memory != SHARED_AS_MEMORY)
        return owner->shared_memory;
    return owner->memory ? owner->memory : UINT64_MAX; // vm has limits of its own
}

static bool fits(const struct task_spec *owner, uint64_t size)
{
    uint64_t limit = limit_of(owner);
    return owner->shared_bytes <= limit && size <= limit - owner->shared_bytes;
}

bool segments_make(struct task *owner, bool is_pages, uint64_t size, int fds[2])
{
    struct task_spec *spec = owner->spec;
    if (!fits(spec, size))
        look();
    if (!fits(spec, size)) {
        if (!spec->shared_told)
            log_error("task %s asks for more than the %llu bytes of shared memory that the suite "
                      "file allows it (shared_memory)",
                      spec->name, (unsigned long long)limit_of(spec));
        spec->shared_told = true;
        return false;
    }
    int own;
    if (!make(size, !is_pages && lease_works(), &own, fds)) {
        log_error("cannot make %llu bytes of shared memory for task %s: %s",
                  (unsigned long long)size, spec->name, error_text(errno));
        return false;
    }
    struct segment *segment = xcalloc(1, sizeof(*segment));
    *segment = (struct segment){segments, spec, size, own, owner->id, false};
    segments = segment;
    spec->shared_bytes += size;
    return true;
}

void segments_closed(void)
{
    num_closed++;
    look();
}

void segments_task_ended(task_t task)
{
    for (struct segment *segment = segments, *next; segment; segment = next) {
        next = segment->next;
        if (segment->fd < 0 && segment->until == task)
            remove_segment(segment);
    }
    if (segments)
        look();
}
