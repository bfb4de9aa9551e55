// A task that makes one system call and prints the result:
//   sandbox_probe nr NUMBER          the call of that number, all arguments 0
//   sandbox_probe CASE               one row of the table below
// A call that its profile does not allow ends it; the launcher's report names the call.
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/io_uring.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <oolong/wire.h>
#include <resea/printf.h>
#include <resea/task.h>

static char text[] = "bytes\n";
static int word;

static const struct probe {
    const char *name;
    long nr;
    long args[6];
} probes[] = {
    {"write-1", SYS_write, {1, 0, 0}},
    {"write-2", SYS_write, {2, 0, 0}},
    {"write-log", SYS_write, {WIRE_LOG_FD, 0, 0}},
    {"write-3", SYS_write, {3, (long)text, 6}},
    {"mmap-anonymous",
     SYS_mmap,
     {0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1}},
    {"mmap-executable", SYS_mmap, {0, 4096, PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1}},
    {"mmap-shared-bad-fd", SYS_mmap, {0, 4096, PROT_READ, MAP_SHARED, 999}},
    {"mmap-shared-executable", SYS_mmap, {0, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, 999}},
    {"mmap-private-file", SYS_mmap, {0, 4096, PROT_READ, MAP_PRIVATE, 1}},
    {"mmap-shared-anonymous", SYS_mmap, {0, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1}},
    {"mprotect", SYS_mprotect, {0, 4096, PROT_EXEC}},
    {"futex-wake", SYS_futex, {(long)&word, FUTEX_WAKE, 1}},
    {"futex-wake-private", SYS_futex, {(long)&word, FUTEX_WAKE_PRIVATE, 1}},
    {"futex-waitv", 449, {0}}, // SYS_futex_waitv, which older headers do not have
    {"sched-yield", SYS_sched_yield, {0}},
    {"futex-lock-pi", SYS_futex, {(long)&word, FUTEX_LOCK_PI, 0}},
    {"getrandom", SYS_getrandom, {(long)text, 1}},
    {"read-0", SYS_read, {0, (long)text, 0}},
    {"read-3", SYS_read, {3, (long)text, 0}},
    {"writev-3", SYS_writev, {3, 0, 0}},
    {"pread", SYS_pread64, {0, (long)text, 0}},
    {"pwrite", SYS_pwrite64, {0, (long)text, 0}},
    {"fstat", SYS_newfstatat, {0, (long)"", 0, AT_EMPTY_PATH}},
    {"stat", SYS_newfstatat, {AT_FDCWD, (long)"/etc/passwd", 0}},
    {"open", SYS_openat, {AT_FDCWD, (long)"/etc/passwd", O_RDONLY}},
    {"open-for-writing", SYS_openat, {AT_FDCWD, (long)"/dev/null", O_RDWR}},
    {"fdatasync", SYS_fdatasync, {999}},
    {"punch-hole", SYS_fallocate, {999, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096}},
    {"allocate", SYS_fallocate, {999, FALLOC_FL_KEEP_SIZE, 0, 4096}},
    {"zero-range", SYS_fallocate, {999, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, 0, 4096}},
    {"collapse-range", SYS_fallocate, {999, FALLOC_FL_COLLAPSE_RANGE, 0, 4096}},
    {"flock", SYS_flock, {0, LOCK_EX | LOCK_NB}},
    {"fcntl-setfl", SYS_fcntl, {0, F_SETFL, 0}},
    {"uring-setup", SYS_io_uring_setup, {8, 0}},
    {"uring-register-files", SYS_io_uring_register, {999, IORING_REGISTER_FILES, 0, 0}},
    {"uring-enter", SYS_io_uring_enter, {999, 0, 0, 0, 0, 8}},
    {"uring-enter-collect", SYS_io_uring_enter, {999, 0, 0, IORING_ENTER_GETEVENTS, 0, 8}},
    {"uring-enter-wake", SYS_io_uring_enter, {999, 0, 0, IORING_ENTER_SQ_WAKEUP, 0, 8}},
    {"uring-enter-index", SYS_io_uring_enter, {0, 0, 0, 1 << 4, 0, 8}},
    {"uring-enter-mask", SYS_io_uring_enter, {999, 0, 0, 0, (long)text, 8}},
    {"socket-inet", SYS_socket, {AF_INET, SOCK_STREAM, 0}},
    {"socket-inet6", SYS_socket, {AF_INET6, SOCK_STREAM, 0}},
    {"socket-unix", SYS_socket, {AF_UNIX, SOCK_STREAM, 0}},
    {"socket-netlink", SYS_socket, {AF_NETLINK, SOCK_RAW, 0}},
    {"connect", SYS_connect, {-1, 0, 0}},
    {"bind", SYS_bind, {-1, 0, 0}},
    {"fcntl-getfl", SYS_fcntl, {0, F_GETFL, 0}},
    {"fcntl-setown", SYS_fcntl, {0, F_SETOWN, 0}},
    {"process-vm-readv", SYS_process_vm_readv, {0}},
    {"ioctl-tcgets", SYS_ioctl, {0, 0x5401, 0}},
    {"ioctl-tiocsti", SYS_ioctl, {0, 0x5412, 0}},
    {"sigaction-int", SYS_rt_sigaction, {2, 0, 0, 8}},
    {"sigaction-sys", SYS_rt_sigaction, {31, 0, 0, 8}},
    {"sigaction-sys-high", SYS_rt_sigaction, {0x10000001fL, 0, 0, 8}},
};

static long call(long nr, const long *args)
{
    long result = syscall(nr, args[0], args[1], args[2], args[3], args[4], args[5]);
    return result < 0 ? -errno : result;
}

void main(void)
{
    char **argv = task_argv();
    if (task_argc() == 3 && !strcmp(argv[1], "nr")) {
        call(atol(argv[2]), (long[6]){0});
        exit(10);
    }
    for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
        if (task_argc() == 2 && !strcmp(probes[i].name, argv[1])) {
            call(probes[i].nr, probes[i].args);
            exit(10);
        }
    }
    WARN("no such case");
    exit(11);
}
