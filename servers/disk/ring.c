// A restricted io_uring. Its operations do not pass the system call filter, so the ring itself is
// restricted to what the role may do: it is created disabled, gets one file and a list of
// operations, and is then enabled. From then on the kernel refuses changes.
#include "ring.h"
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_RESTRICTIONS 5

// liburing declares functions for these two, but Debian's (2.3) does not export them.
static int ring_register(struct io_uring *ring, unsigned op, void *arg, unsigned num)
{
    int err = (int)syscall(__NR_io_uring_register, ring->ring_fd, op, arg, num);
    return err < 0 ? -errno : err;
}

static int restrict_ring(struct io_uring *ring, bool read_only)
{
    struct io_uring_restriction list[MAX_RESTRICTIONS];
    static const uint8_t ops[] = {IORING_OP_READ, IORING_OP_FSYNC, IORING_OP_WRITE,
                                  IORING_OP_FALLOCATE};
    unsigned num = 0;
    memset(list, 0, sizeof(list));
    for (size_t i = 0; i < (read_only ? 2 : sizeof(ops)); i++) {
        list[num].opcode = IORING_RESTRICTION_SQE_OP;
        list[num++].sqe_op = ops[i];
    }
    // Only files by their number in the ring's own table, which has one.
    list[num].opcode = IORING_RESTRICTION_SQE_FLAGS_REQUIRED;
    list[num++].sqe_flags = IOSQE_FIXED_FILE;
    return ring_register(ring, IORING_REGISTER_RESTRICTIONS, list, num);
}

int ring_open(struct io_uring *ring, unsigned num, int fd, bool read_only)
{
    // A completion need not interrupt the task while it runs (Linux 5.19). Not
    // IORING_SETUP_DEFER_TASKRUN: the descriptor of such a ring does not become readable.
    static const unsigned flags[] = {IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_COOP_TASKRUN,
                                     IORING_SETUP_COOP_TASKRUN, 0};
    int err = -EINVAL;
    for (size_t i = 0; err == -EINVAL && i < sizeof(flags) / sizeof(flags[0]); i++)
        err = io_uring_queue_init(num, ring, flags[i] | IORING_SETUP_R_DISABLED);
    if (err < 0)
        return err;
    err = io_uring_register_files(ring, &fd, 1);
    if (err >= 0)
        err = restrict_ring(ring, read_only);
    if (err >= 0)
        err = ring_register(ring, IORING_REGISTER_ENABLE_RINGS, NULL, 0);
    if (err >= 0)
        return 0;
    io_uring_queue_exit(ring);
    return err;
}
