// Moves the bytes. With an io_uring, a transfer is one of its entries. Without, it is a system call
// at once, whose result is kept for engine_next().
#include "engine.h"
#include <fcntl.h>
#include <resea/printf.h>
#include <string.h>
#include <unistd.h>
#include "ring.h"

static int device_fd = -1;
static bool has_ring;
static struct io_uring ring;

// Results of plain calls, oldest first.
static struct {
    void *cookie;
    int64_t result;
} kept[ENGINE_MAX];
static unsigned first_kept, num_kept;

#define PUNCH (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)

void engine_prepare(int fd, bool read_only, bool want_ring, const char **why)
{
    device_fd = fd;
    *why = "the suite asks for plain calls";
    if (!want_ring)
        return;
    int err = ring_open(&ring, ENGINE_MAX, fd, read_only);
    has_ring = err == 0;
    *why = err ? strerror(-err) : NULL;
}

bool engine_has_ring(void)
{
    return has_ring;
}

int engine_fd(void)
{
    return has_ring ? ring.ring_fd : -1;
}

static int64_t call(const struct io *io)
{
    int64_t result = 0;
    switch (io->kind) {
    case IO_READ:
        result = pread(device_fd, io->buf, io->len, (off_t)io->offset);
        break;
    case IO_WRITE:
        result = pwrite(device_fd, io->buf, io->len, (off_t)io->offset);
        break;
    case IO_FLUSH:
        result = fdatasync(device_fd);
        break;
    case IO_DISCARD:
        result = fallocate(device_fd, PUNCH, (off_t)io->offset, (off_t)io->len);
        break;
    }
    return result < 0 ? -errno : result;
}

static void fill_entry(struct io_uring_sqe *sqe, const struct io *io)
{
    switch (io->kind) {
    case IO_READ:
        io_uring_prep_read(sqe, 0, io->buf, (unsigned)io->len, io->offset);
        break;
    case IO_WRITE:
        io_uring_prep_write(sqe, 0, io->buf, (unsigned)io->len, io->offset);
        break;
    case IO_FLUSH:
        io_uring_prep_fsync(sqe, 0, IORING_FSYNC_DATASYNC);
        break;
    case IO_DISCARD:
        io_uring_prep_fallocate(sqe, 0, PUNCH, (off_t)io->offset, (off_t)io->len);
        break;
    }
    io_uring_sqe_set_flags(sqe, IOSQE_FIXED_FILE);
    io_uring_sqe_set_data(sqe, io->cookie);
}

void engine_start(const struct io *io)
{
    if (!has_ring) {
        ASSERT(num_kept < ENGINE_MAX);
        unsigned at = (first_kept + num_kept++) % ENGINE_MAX;
        kept[at].cookie = io->cookie;
        kept[at].result = call(io);
        return;
    }
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
    ASSERT(sqe); // there are as many entries as transfers
    fill_entry(sqe, io);
}

bool engine_has_unsubmitted(void)
{
    return has_ring && io_uring_sq_ready(&ring) > 0;
}

// The kernel takes entries up to a bad one. That is an error of the entry, not of this call.
void engine_submit(void)
{
    while (engine_has_unsubmitted()) {
        int n = io_uring_submit(&ring);
        ASSERT(n >= 0 || n == -EINTR || n == -EAGAIN || n == -EBUSY);
    }
}

bool engine_next(void **cookie, int64_t *result)
{
    if (!has_ring) {
        if (num_kept == 0)
            return false;
        *cookie = kept[first_kept].cookie;
        *result = kept[first_kept].result;
        first_kept = (first_kept + 1) % ENGINE_MAX;
        num_kept--;
        return true;
    }
    struct io_uring_cqe *cqe;
    if (io_uring_peek_cqe(&ring, &cqe) != 0)
        return false;
    *cookie = io_uring_cqe_get_data(cqe);
    *result = cqe->res;
    io_uring_cqe_seen(&ring, cqe);
    return true;
}

void engine_wait(void)
{
    struct io_uring_cqe *cqe;
    if (!has_ring)
        return;
    engine_submit();
    while (io_uring_wait_cqe(&ring, &cqe) == -EINTR)
        continue;
}
