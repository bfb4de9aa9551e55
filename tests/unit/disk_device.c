// Tests the file behind a disk and the ring on it, with real files and the real kernel.
#include "device.h"
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "engine.h"
#include "ring.h"
#include "run_tests.h"

static char path[64]; // a path that opens the file of make_file() again
static char error_text[DEVICE_ERROR_LEN];

// The file has no name, so it disappears however the test ends. A second descriptor, which has no
// lock, serves as its path.
static int make_file(off_t len)
{
    char name[] = "/tmp/oolong-disk.XXXXXX";
    int fd = mkstemp(name);
    ck_assert_int_ge(fd, 0);
    int again = open(name, O_RDONLY | O_CLOEXEC);
    unlink(name);
    ck_assert_int_ge(again, 0);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", again);
    ck_assert_int_eq(ftruncate(fd, len), 0);
    return fd;
}

START_TEST(what_is_no_disk_is_refused)
{
    struct device dev;
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(device_open(&dev, ends[0], true, 0, error_text), ERR_NOT_ACCEPTABLE);
    close(ends[0]);
    close(ends[1]);
    int fd = open("/tmp", O_RDONLY);
    ck_assert_int_eq(device_open(&dev, fd, true, 0, error_text), ERR_NOT_ACCEPTABLE);
    close(fd);
    fd = open("/dev/zero", O_RDWR);
    ck_assert_int_eq(device_open(&dev, fd, true, 0, error_text), ERR_NOT_ACCEPTABLE);
    close(fd);
    ck_assert_int_eq(device_open(&dev, -1, true, 0, error_text), ERR_UNAVAILABLE);
    fd = make_file(511);
    ck_assert_int_eq(device_open(&dev, fd, true, 0, error_text), ERR_NOT_ACCEPTABLE);
    ck_assert_ptr_ne(strstr(error_text, "512"), NULL);
    close(fd);
}
END_TEST

START_TEST(size_is_in_whole_sectors)
{
    struct device dev;
    int fd = make_file(10 * 512 + 100);
    ck_assert_int_eq(device_open(&dev, fd, true, 0, error_text), OK);
    ck_assert_uint_eq(dev.blk.num_sectors, 10);
    ck_assert(!dev.blk.read_only);
    // O_DIRECT could not write the last sector without making the file longer.
    ck_assert(!dev.direct);
    ck_assert_int_eq(fcntl(fd, F_GETFL) & O_DIRECT, 0);
    close(fd);
}
END_TEST

START_TEST(descriptor_for_reading_is_a_read_only_device)
{
    struct device dev;
    int fd = make_file(4096);
    int ro = open(path, O_RDONLY);
    ck_assert_int_eq(device_open(&dev, ro, true, 0, error_text), OK);
    ck_assert(dev.blk.read_only);
    close(ro);
    close(fd);
}
END_TEST

START_TEST(one_disk_at_a_time_has_the_file)
{
    struct device dev;
    int fd = make_file(4096);
    ck_assert_int_eq(device_open(&dev, fd, false, 0, error_text), OK);
    int other = open(path, O_RDWR), reader = open(path, O_RDONLY);
    ck_assert_int_eq(device_open(&dev, other, false, 30, error_text), ERR_IN_USE);
    ck_assert_int_eq(device_open(&dev, reader, false, 0, error_text), ERR_IN_USE);
    close(fd);
    ck_assert_int_eq(device_open(&dev, reader, false, 0, error_text), OK);
    int second = open(path, O_RDONLY);
    ck_assert_int_eq(device_open(&dev, second, false, 0, error_text), OK);
    ck_assert_int_eq(device_open(&dev, other, false, 0, error_text), ERR_IN_USE);
    close(second);
    close(reader);
    close(other);
}
END_TEST

// A ring keeps the file, and so the file's lock, as long as transfers are under way.
START_TEST(lock_outlives_the_descriptor_while_a_ring_has_it)
{
    struct io_uring ring;
    struct device dev;
    int fd = make_file(4096);
    int err = ring_open(&ring, 8, fd, false);
    if (err == -EPERM || err == -ENOSYS)
        return; // no io_uring here
    ck_assert_int_eq(err, 0);
    ck_assert_int_eq(device_open(&dev, fd, false, 0, error_text), OK);
    int other = open(path, O_RDWR);
    close(fd);
    ck_assert_int_eq(device_open(&dev, other, false, 0, error_text), ERR_IN_USE);
    io_uring_queue_exit(&ring);
    ck_assert_int_eq(device_open(&dev, other, false, 5000, error_text), OK);
    close(other);
}
END_TEST

// --- Operations that the ring refuses -----------------------------------------------------------

static uint8_t block[4096] __attribute__((aligned(4096)));

static int submit(struct io_uring *ring)
{
    struct io_uring_cqe *cqe;
    ck_assert_int_eq(io_uring_submit(ring), 1);
    ck_assert_int_eq(io_uring_wait_cqe(ring, &cqe), 0);
    int result = cqe->res;
    io_uring_cqe_seen(ring, cqe);
    return result;
}

// Submits an operation. For the four allowed ones, the arguments are valid.
static int submit_op(struct io_uring *ring, unsigned op, unsigned flags)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(ring);
    bool has_buffer = op != IORING_OP_FSYNC;
    io_uring_prep_rw((int)op, sqe, 0, has_buffer ? block : NULL, has_buffer ? 512 : 0, 0);
    io_uring_sqe_set_flags(sqe, flags);
    if (op == IORING_OP_FALLOCATE) {
        sqe->addr = 512;
        sqe->len = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
    }
    return submit(ring);
}

static bool is_meant(unsigned op, bool read_only)
{
    return op == IORING_OP_READ || op == IORING_OP_FSYNC ||
           (!read_only && (op == IORING_OP_WRITE || op == IORING_OP_FALLOCATE));
}

START_TEST(ring_does_nothing_but_what_a_disk_does)
{
    struct io_uring ring;
    bool read_only = _i;
    int fd = make_file(4096);
    int err = ring_open(&ring, 8, fd, read_only);
    if (err == -EPERM || err == -ENOSYS)
        return; // no io_uring here
    ck_assert_int_eq(err, 0);
    for (unsigned op = 0; op < 64; op++) {
        int result = submit_op(&ring, op, IOSQE_FIXED_FILE);
        if (is_meant(op, read_only))
            ck_assert_int_ge(result, 0);
        else
            ck_assert_msg(result == -EACCES || result == -EINVAL, "operation %u: %d", op, result);
        // The ring refuses descriptors of the process, and all other flags.
        ck_assert_int_lt(submit_op(&ring, op, 0), 0);
        ck_assert_int_lt(submit_op(&ring, op, IOSQE_FIXED_FILE | IOSQE_IO_DRAIN), 0);
    }
    ck_assert_int_eq(submit_op(&ring, IORING_OP_OPENAT, IOSQE_FIXED_FILE), -EACCES);
    ck_assert_int_eq(submit_op(&ring, IORING_OP_READ, 0), -EACCES);
    // It also refuses every other file, and every registration.
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
    io_uring_prep_read(sqe, 1, block, 512, 0);
    io_uring_sqe_set_flags(sqe, IOSQE_FIXED_FILE);
    ck_assert_int_eq(submit(&ring), -EBADF);
    ck_assert_int_lt(
        (int)syscall(SYS_io_uring_register, ring.ring_fd, IORING_REGISTER_FILES, &fd, 1), 0);
    ck_assert_int_eq(errno, EACCES);
    io_uring_queue_exit(&ring);
    close(fd);
}
END_TEST

// --- The engine, with a ring and without --------------------------------------------------------

static int64_t transfer(struct io io)
{
    void *cookie;
    int64_t result;
    io.cookie = &io;
    engine_start(&io);
    while (!engine_next(&cookie, &result))
        engine_wait();
    ck_assert_ptr_eq(cookie, &io);
    ck_assert(!engine_next(&cookie, &result));
    return result;
}

START_TEST(engine_moves_bytes)
{
    const char *why;
    struct device dev;
    struct stat st;
    int fd = make_file(1 << 20);
    ck_assert_int_eq(device_open(&dev, fd, true, 0, error_text), OK);
    engine_prepare(fd, false, _i, &why);
    ck_assert_int_eq(engine_has_ring(), why == NULL);
    if (!_i)
        ck_assert(!engine_has_ring());
    memset(block, 0xab, sizeof(block));
    ck_assert_int_eq(transfer((struct io){IO_WRITE, block, 8192, 4096, NULL}), 4096);
    ck_assert_int_eq(transfer((struct io){IO_FLUSH, NULL, 0, 0, NULL}), 0);
    memset(block, 0, sizeof(block));
    ck_assert_int_eq(transfer((struct io){IO_READ, block, 8192, 4096, NULL}), 4096);
    for (size_t i = 0; i < sizeof(block); i++)
        ck_assert_uint_eq(block[i], 0xab);
    ck_assert_int_eq(fstat(fd, &st), 0);
    ck_assert_int_gt(st.st_blocks, 0);
    int64_t punched = transfer((struct io){IO_DISCARD, NULL, 8192, 4096, NULL});
    if (punched != -EOPNOTSUPP) {
        ck_assert_int_eq(punched, 0);
        ck_assert_int_eq(transfer((struct io){IO_READ, block, 8192, 4096, NULL}), 4096);
        ck_assert_uint_eq(block[0] | block[4095], 0);
        ck_assert_int_eq(fstat(fd, &st), 0);
        ck_assert_int_eq(st.st_blocks, 0);
        ck_assert_int_eq(st.st_size, 1 << 20);
    }
    ck_assert_int_eq(transfer((struct io){IO_READ, block, 1 << 20, 4096, NULL}), 0);
    close(fd);
}
END_TEST

// As in some containers, the kernel answers io_uring_setup() with EPERM.
START_TEST(without_io_uring_plain_calls_do)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};
    const char *why;
    int fd = make_file(1 << 20);
    ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
    engine_prepare(fd, false, true, &why);
    ck_assert(!engine_has_ring());
    ck_assert_str_eq(why, strerror(EPERM));
    ck_assert_int_eq(engine_fd(), -1);
    memset(block, 0xcd, sizeof(block));
    ck_assert_int_eq(transfer((struct io){IO_WRITE, block, 4096, 4096, NULL}), 4096);
    memset(block, 0, sizeof(block));
    ck_assert_int_eq(transfer((struct io){IO_READ, block, 4096, 4096, NULL}), 4096);
    ck_assert_uint_eq(block[4095], 0xcd);
    close(fd);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("disk_device");
    TCase *tcase = tcase_create("disk_device");
    tcase_add_test(tcase, what_is_no_disk_is_refused);
    tcase_add_test(tcase, size_is_in_whole_sectors);
    tcase_add_test(tcase, descriptor_for_reading_is_a_read_only_device);
    tcase_add_test(tcase, one_disk_at_a_time_has_the_file);
    tcase_add_test(tcase, lock_outlives_the_descriptor_while_a_ring_has_it);
    tcase_add_loop_test(tcase, ring_does_nothing_but_what_a_disk_does, 0, 2);
    tcase_add_loop_test(tcase, engine_moves_bytes, 0, 2);
    tcase_add_test(tcase, without_io_uring_plain_calls_do);
    suite_add_tcase(suite, tcase);
    return run_check(suite);
}
