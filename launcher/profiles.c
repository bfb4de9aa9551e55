// The table of system calls by role. sandbox.c makes filters of it. On purpose, no set allows clone
// (but SET_VM_START), fork, ptrace, userfaultfd or kill. Only SET_LOADER allows open and other
// calls with a path, for reading. Only SET_DISK_START allows io_uring_setup. Only SET_SLIRP allows
// socket.
#include "profiles.h"
#include <asm/termbits.h>
#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/futex.h>
#include <linux/io_uring.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <oolong/wire.h>

#define LOW32 0xffffffffu

// The words of the table.
// clang-format off
#define FOR(purpose)             {0, -1, 0, {{0}}, 0, (purpose)}
#define ANY(sets, call)          {(sets), SCMP_SYS(call), 0, {{0}}, 0, NULL}
#define REFUSE(sets, call, err)  {(sets), SCMP_SYS(call), 0, {{0}}, (err), NULL}
#define IF(sets, call, ...) \
    {(sets), SCMP_SYS(call), NUM_CHECKS(__VA_ARGS__), {__VA_ARGS__}, 0, NULL}
#define NUM_CHECKS(...)          sizeof((struct rule_check[]){__VA_ARGS__}) / sizeof(struct rule_check)
#define EQ(arg, value)           {(arg), LOW32, (uint32_t)(value), 0}
#define MASKED(arg, mask, value) {(arg), (uint32_t)(mask), (uint32_t)(value), 0}
#define BELOW(arg, value)        {(arg), 0, 0, (value)}
#define NULL_POINTER(arg)        {(arg), UINT64_MAX, 0, 0}
// clang-format on

#define NO_EXEC        MASKED(2, PROT_EXEC, 0)
#define MAP_KIND(kind) MASKED(3, MAP_TYPE | MAP_ANONYMOUS, (kind))
// Waiting and waking on private and shared futexes, with either clock; no priority inheritance.
#define FUTEX_IS(op) MASKED(1, ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME), (op))
// What pthread_create(3) makes.
#define THREAD_FLAGS                                                                               \
    (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |            \
     CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)
#define READ_ONLY(arg)                                                                             \
    MASKED(arg, O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY), O_RDONLY)

const struct rule profile_rules[] = {
    FOR("messages"),
    // The address of sendto is not checked: all sockets of tasks are connected, and the kernel
    // caches the answer for a call without checks.
    ANY(SET_PLAIN, sendto),
    ANY(SET_PLAIN, recvfrom),
    ANY(SET_PLAIN, recvmsg), // with descriptors
    ANY(SET_PLAIN, epoll_wait),
    ANY(SET_PLAIN, epoll_ctl),
    FOR("sleeping and waking in shared memory"),
    IF(SET_PLAIN, futex, FUTEX_IS(FUTEX_WAIT)),
    IF(SET_PLAIN, futex, FUTEX_IS(FUTEX_WAKE)),
    IF(SET_PLAIN, futex, FUTEX_IS(FUTEX_WAIT_BITSET)),
    ANY(SET_PLAIN, futex_waitv),
    ANY(SET_PLAIN, sched_yield),
    FOR("the time, where the kernel has no fast clock"),
    ANY(SET_PLAIN, clock_gettime),
    FOR("memory, never executable"),
    ANY(SET_PLAIN, brk),
    IF(SET_PLAIN, mmap, NO_EXEC, MAP_KIND(MAP_PRIVATE | MAP_ANONYMOUS)),
    IF(SET_PLAIN, mmap, NO_EXEC, MAP_KIND(MAP_SHARED)),
    ANY(SET_PLAIN, munmap),
    ANY(SET_PLAIN, mremap),
    ANY(SET_PLAIN, madvise),            // huge pages for large payloads
    REFUSE(SET_PLAIN, sysinfo, ENOSYS), // called by qsort(), which works without
    FOR("output"),
    IF(SET_PLAIN, write, EQ(0, 1)),
    IF(SET_PLAIN, write, EQ(0, 2)),
    IF(SET_PLAIN, write, EQ(0, WIRE_LOG_FD)),
    FOR("descriptors that came with a message"),
    ANY(SET_PLAIN, close),
    FOR("ending, signals that the program handles, going on when stopped"),
    ANY(SET_PLAIN, exit_group),
    ANY(SET_PLAIN, rt_sigreturn),
    ANY(SET_PLAIN, restart_syscall), // a stopped and continued task enters it

    FOR("copies between tasks"),
    ANY(SET_VM, process_vm_readv),
    ANY(SET_VM, process_vm_writev),
    FOR("shared memory: its descriptor, with a message"),
    ANY(SET_VM, sendmsg),

    FOR("before its profile is in place: a thread of this process, on another core"),
    IF(SET_VM_START, clone, MASKED(0, ~0u, THREAD_FLAGS)),
    REFUSE(SET_VM_START, clone3, ENOSYS), // arguments are behind a pointer; libc then uses clone
    ANY(SET_VM_START, sched_getaffinity),
    ANY(SET_VM_START, sched_setaffinity),

    // The task has no other descriptors to read from but channels.
    FOR("files that the launcher opened"),
    ANY(SET_ARCHIVE | SET_DISK, pread64),
    ANY(SET_ARCHIVE, fstat), // of glibc 2.39; older ones use newfstatat
    // A filter cannot see paths, so the task can find out whether a file exists.
    IF(SET_ARCHIVE, newfstatat, MASKED(3, AT_EMPTY_PATH, AT_EMPTY_PATH)),
    ANY(SET_DISK, pwrite64),
    ANY(SET_DISK, fdatasync),
    IF(SET_DISK, fallocate, EQ(1, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)),
    // Submitting and collecting; not waking a thread of the kernel, using a registered ring, or
    // setting a signal mask. servers/disk/ring.c restricts what may be submitted.
    IF(SET_DISK, io_uring_enter, MASKED(3, ~IORING_ENTER_GETEVENTS, 0), NULL_POINTER(4)),
    FOR("before its profile is in place: a restricted ring, and the file for itself"),
    ANY(SET_DISK_START, io_uring_setup),
    IF(SET_DISK_START, io_uring_register, EQ(1, IORING_REGISTER_FILES)),
    IF(SET_DISK_START, io_uring_register, EQ(1, IORING_REGISTER_RESTRICTIONS)),
    IF(SET_DISK_START, io_uring_register, EQ(1, IORING_REGISTER_ENABLE_RINGS)),
    IF(SET_DISK_START, flock, EQ(1, LOCK_EX | LOCK_NB)),
    IF(SET_DISK_START, flock, EQ(1, LOCK_SH | LOCK_NB)),
    IF(SET_DISK_START, fcntl, EQ(1, F_GETFL)),
    IF(SET_DISK_START, fcntl, EQ(1, F_SETFL)),
    ANY(SET_DISK_START, lseek),
    ANY(SET_DISK_START, ppoll), // waits until a file is unlocked

    FOR("random numbers"),
    ANY(SET_RANDOM, getrandom),

    FOR("IPv4 sockets of the host, for libslirp"),
    // libslirp's sockets, IPv4 only. A filter cannot tell them from other descriptors, so the task
    // may use these calls on its channels too.
    IF(SET_SLIRP, socket, EQ(0, AF_INET)),
    ANY(SET_SLIRP, bind),
    ANY(SET_SLIRP, listen),
    ANY(SET_SLIRP, connect),
    ANY(SET_SLIRP, accept),
    ANY(SET_SLIRP, accept4),
    ANY(SET_SLIRP, shutdown),
    ANY(SET_SLIRP, getsockname),
    ANY(SET_SLIRP, getpeername),
    ANY(SET_SLIRP, getsockopt),
    ANY(SET_SLIRP, setsockopt),
    IF(SET_SLIRP, ioctl, EQ(1, FIONREAD)),
    IF(SET_SLIRP, fcntl, EQ(1, F_GETFL)),
    IF(SET_SLIRP, fcntl, EQ(1, F_SETFL)),
    IF(SET_SLIRP, fcntl, EQ(1, F_GETFD)),
    IF(SET_SLIRP, fcntl, EQ(1, F_SETFD)),

    FOR("the network interface that the launcher opened"),
    ANY(SET_TAP, read),
    IF(SET_TAP, write, BELOW(0, 1024)),

    FOR("requests of the kernel, on a descriptor that the launcher opened"),
    ANY(SET_FUSE, read),
    ANY(SET_FUSE, writev),

    FOR("the terminal"),
    ANY(SET_CONSOLE, ppoll),
    IF(SET_CONSOLE, read, EQ(0, 0)),
    IF(SET_CONSOLE, ioctl, BELOW(0, 3), EQ(1, TCGETS)),
    IF(SET_CONSOLE, ioctl, BELOW(0, 3), EQ(1, TCSETS)),
    IF(SET_CONSOLE, ioctl, BELOW(0, 3), EQ(1, TCSETSW)),
    IF(SET_CONSOLE, ioctl, BELOW(0, 3), EQ(1, TIOCGWINSZ)),
    FOR("signals, for a line editor"),
    ANY(SET_CONSOLE, rt_sigprocmask),

    FOR("the runtime of AddressSanitizer, which has to say what it found"),
    ANY(SET_SANITIZED, mprotect),
    ANY(SET_SANITIZED, sigaltstack),
    ANY(SET_SANITIZED, rt_sigprocmask),
    IF(SET_SANITIZED, rt_sigaction, BELOW(0, SIGSYS)),
    ANY(SET_SANITIZED, getpid),
    ANY(SET_SANITIZED, gettid),
    ANY(SET_SANITIZED, sched_getaffinity),
    ANY(SET_SANITIZED, getrandom),
    ANY(SET_SANITIZED, read),
    ANY(SET_SANITIZED, lseek),
    ANY(SET_SANITIZED, fstat),
    ANY(SET_SANITIZED, newfstatat),
    ANY(SET_SANITIZED, readlink),
    ANY(SET_SANITIZED, clock_nanosleep),
    IF(SET_SANITIZED, ioctl, BELOW(0, 3), EQ(1, TCGETS)),
    IF(SET_SANITIZED, prlimit64, EQ(0, 0)), // its own limits: to switch core files off
    IF(SET_SANITIZED, openat, READ_ONLY(2)),
    IF(SET_SANITIZED, tgkill, EQ(2, SIGABRT)),
    IF(SET_SANITIZED, open, READ_ONLY(1)),

    FOR("files, for reading: the program and its libraries"),
    ANY(SET_LOADER, execve),
    IF(SET_LOADER, openat, READ_ONLY(2)),
    ANY(SET_LOADER, read),
    ANY(SET_LOADER, pread64),
    ANY(SET_LOADER, fstat), // of glibc 2.39
    ANY(SET_LOADER, newfstatat),
    ANY(SET_LOADER, access),
    ANY(SET_LOADER, readlink),
    FOR("complaints of the loader"),
    IF(SET_LOADER, writev, EQ(0, 2)),
    FOR("the start of the C library"),
    ANY(SET_LOADER, mmap),
    ANY(SET_LOADER, mprotect),
    ANY(SET_LOADER, arch_prctl),
    ANY(SET_LOADER, set_tid_address),
    ANY(SET_LOADER, set_robust_list),
    ANY(SET_LOADER, rseq),
    IF(SET_LOADER, prlimit64, NULL_POINTER(2)),
    ANY(SET_LOADER, getrandom),
    ANY(SET_LOADER, getuid),
    ANY(SET_LOADER, geteuid),
    ANY(SET_LOADER, getgid),
    ANY(SET_LOADER, getegid),
    ANY(SET_LOADER, rt_sigaction),
    FOR("signals that a program blocks"),
    ANY(SET_LOADER, rt_sigprocmask),
    FOR("the start of libipc"),
    ANY(SET_LOADER, epoll_create1),
    IF(SET_LOADER, prctl, EQ(0, PR_SET_PTRACER)),
    IF(SET_LOADER, seccomp, EQ(0, SECCOMP_SET_MODE_FILTER)),
};
const size_t profile_num_rules = sizeof(profile_rules) / sizeof(profile_rules[0]);

const struct profile profiles[] = {
    {"plain", SET_PLAIN, 0, "messages, memory and a clock", 19},
    {"vm", SET_PLAIN | SET_VM, SET_VM_START, "the vm server", 22},
    {"archive", SET_PLAIN | SET_ARCHIVE, 0, "reads files that the suite names", 22},
    {"disk", SET_PLAIN | SET_DISK, SET_DISK_START, "reads and writes files that the suite names",
     25},
    {"random", SET_PLAIN | SET_RANDOM, 0, "the kernel's random numbers", 20},
    {"slirp", SET_PLAIN | SET_SLIRP, 0, "IPv4 sockets of the host", 33},
    {"tap", SET_PLAIN | SET_TAP, 0, "reads and writes a network interface that the suite names",
     20},
    {"fuse", SET_PLAIN | SET_FUSE, 0, "serves a file system to the host", 21},
    {"console", SET_PLAIN | SET_CONSOLE, 0, "a line editor on the terminal", 23},
};
const size_t num_profiles = sizeof(profiles) / sizeof(profiles[0]);

const int profile_hot_calls[] = {SCMP_SYS(recvfrom),         SCMP_SYS(sendto),
                                 SCMP_SYS(recvmsg),          SCMP_SYS(epoll_wait),
                                 SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev)};
const size_t profile_num_hot_calls = sizeof(profile_hot_calls) / sizeof(profile_hot_calls[0]);
