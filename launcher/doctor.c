// See doctor.h.
#include "doctor.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "doorbells.h"
#include "descriptors.h"
#include "program.h"
#include "sandbox.h"
#include "util.h"

// Descriptors that the launcher needs for a suite of the largest size: three for each task, and
// those that are on their way.
#define WANTED_FILES (4 * CONFIG_NUM_TASKS)

#define BOOT_SECONDS 10 // it normally takes a hundredth of a second

enum verdict {
    FINE,
    NOTE,    // suites run, with a restriction
    PROBLEM, // suites do not run
};

static bool has_problem;

static void say(enum verdict verdict, const char *what, const char *text)
{
    static const char *const words[] = {"ok", "note", "PROBLEM"};
    printf("%-8s %-18s %s\n", words[verdict], what, text);
    has_problem = has_problem || verdict == PROBLEM;
}

// The first line of a small file; false when there is no such file.
static bool read_line(const char *path, char *line, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, line, size - 1) : -1;
    if (fd >= 0)
        close(fd);
    if (got < 0)
        return false;
    line[got] = '\0';
    line[strcspn(line, "\n")] = '\0';
    return true;
}

static char secret[16] = "before";

// Reads a process id, then copies out of that process and into it, as vm does.
static void __noreturn play_vm(int from_task)
{
    pid_t task;
    char copy[sizeof(secret)];
    struct iovec here = {copy, sizeof(copy)}, there = {secret, sizeof(secret)};
    if (read(from_task, &task, sizeof(task)) != sizeof(task))
        _exit(EIO);
    if (process_vm_readv(task, &here, 1, &there, 1, 0) != sizeof(copy))
        _exit(errno);
    if (process_vm_writev(task, &here, 1, &there, 1, 0) != sizeof(copy))
        _exit(errno);
    _exit(strcmp(copy, "after") ? EIO : 0);
}

static void __noreturn play_task(pid_t vm, int to_vm)
{
    pid_t own = getpid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    strcpy(secret, "after");
    prctl(PR_SET_PTRACER, vm, 0, 0, 0);
    if (write(to_vm, &own, sizeof(own)) != sizeof(own))
        _exit(1);
    for (;;)
        pause();
}

// Copies between two children, neither the parent of the other, like vm and a task. Returns an
// errno.
static int try_process_vm(void)
{
    int ends[2], status = 0;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return errno;
    pid_t vm = fork();
    if (vm == 0) {
        close(ends[1]);
        play_vm(ends[0]);
    }
    pid_t task = vm > 0 ? fork() : -1;
    if (task == 0)
        play_task(vm, ends[1]);
    close(ends[0]);
    close(ends[1]);
    if (vm < 0 || task < 0)
        return EAGAIN;
    waitpid(vm, &status, 0);
    kill(task, SIGKILL);
    waitpid(task, NULL, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

static void check_process_vm(void)
{
    char scope[16];
    char text[256];
    bool has_yama = read_line("/proc/sys/kernel/yama/ptrace_scope", scope, sizeof(scope));
    int error = try_process_vm();
    snprintf(text, sizeof(text), "one process copied memory of another%s%s",
             has_yama ? "; Yama is at " : "; there is no Yama", has_yama ? scope : "");
    if (!error)
        say(FINE, "process_vm", text);
    else if (error == EPERM && has_yama && *scope >= '2')
        say(PROBLEM, "process_vm", "Yama forbids it: sudo sysctl kernel.yama.ptrace_scope=1");
    else if (error == ENOSYS || error == EPERM)
        say(PROBLEM, "process_vm",
            "forbidden; in a container, allow process_vm_readv and process_vm_writev "
            "(--cap-add SYS_PTRACE, or a seccomp profile with them)");
    else
        say(PROBLEM, "process_vm", strerror(error));
}

// A child under the filter of a plain task makes a forbidden system call.
static void check_seccomp(void)
{
    int status = 0;
    const char *step;
    const struct sandbox *box = sandbox_get("plain");
    pid_t child = box ? fork() : -1;
    if (child == 0) {
        struct limits limits = {0, 64};
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        if (sandbox_enter(&limits, &box->outer, &step) == 0)
            syscall(SYS_getppid);
        _exit(1);
    }
    if (child > 0)
        waitpid(child, &status, 0);
    if (child > 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
        say(FINE, "seccomp", "a forbidden system call was stopped");
    else
        say(PROBLEM, "seccomp",
            "the kernel needs CONFIG_SECCOMP_FILTER, and a container must allow "
            "the call seccomp");
}

static void check_memfd(void)
{
    int rw, ro;
    if (make_memfd("doctor", 4096, &rw, &ro)) {
        say(FINE, "memfd", "sealed memory can be shared read-only");
        close(rw);
        close(ro);
    } else {
        say(PROBLEM, "memfd",
            "no sealed memory: is /proc mounted, and is the kernel 3.17 or newer?");
    }
    if (syscall(SYS_close_range, 1000000, 1000000, 0) < 0)
        say(PROBLEM, "close_range", "the kernel is older than 5.9");
}

static void check_io_uring(void)
{
    char disabled[16] = "";
    char params[120] = {0};
    long fd = syscall(SYS_io_uring_setup, 1, params);
    read_line("/proc/sys/kernel/io_uring_disabled", disabled, sizeof(disabled));
    if (fd >= 0) {
        say(FINE, "io_uring", "there, for servers that own a disk");
        close((int)fd);
    } else if (*disabled && *disabled != '0') {
        say(NOTE, "io_uring", "switched off (kernel.io_uring_disabled); disks do with plain reads");
    } else {
        say(NOTE, "io_uring", "not there; disks do with plain reads");
    }
}

static void check_limits(void)
{
    struct rlimit files, core;
    char text[300], pattern[200] = "?";
    getrlimit(RLIMIT_NOFILE, &files);
    getrlimit(RLIMIT_CORE, &core);
    snprintf(text, sizeof(text), "%llu descriptors", (unsigned long long)files.rlim_max);
    if (files.rlim_max < WANTED_FILES)
        snprintf(text, sizeof(text), "%llu, few: large suites need 'ulimit -Hn' of 2048 and more",
                 (unsigned long long)files.rlim_max);
    say(files.rlim_max < WANTED_FILES ? NOTE : FINE, "descriptors", text);

    read_line("/proc/sys/kernel/core_pattern", pattern, sizeof(pattern));
    if (!core.rlim_cur) {
        say(NOTE, "core files", "a crash leaves none; 'ulimit -c unlimited' asks for them");
    } else {
        snprintf(text, sizeof(text), "a crash leaves one (core_pattern '%s')", pattern);
        say(FINE, "core files", text);
    }
}

static void check_programs(void)
{
    char *path;
    if (program_find("vm", &path))
        say(FINE, "programs", path);
    else
        say(PROBLEM, "programs", path);
    free(path);
}

static void check_shm(void)
{
    if (doorbells_are_supported())
        say(FINE, "shared memory", "futex_waitv is there: transport = auto is shm");
    else
        say(NOTE, "shared memory",
            "no futex_waitv (Linux 5.16, or a seccomp profile of the container without it): "
            "transport = auto is socket");
}

// Boots a suite of vm and one task with this program, which finds what the checks above have
// missed. Writes its messages to `said` and returns the status of waitpid(2).
static int boot(int suite_fd, int said)
{
    char path[32];
    int status = -1;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", suite_fd);
    pid_t child = fork();
    if (child == 0) {
        alarm(BOOT_SECONDS);
        dup2(said, STDOUT_FILENO);
        dup2(said, STDERR_FILENO);
        execl("/proc/self/exe", "oolong", "run", path, "--main", "hello", (char *)NULL);
        _exit(127);
    }
    if (child > 0)
        waitpid(child, &status, 0);
    return status;
}

static void check_boot(void)
{
    static const char file[] = "[suite]\nname = doctor\n";
    char text[200] = "";
    int suite_fd = memfd_create("suite", 0), said = memfd_create("said", 0);
    if (suite_fd < 0 || said < 0 || write(suite_fd, file, sizeof(file) - 1) != sizeof(file) - 1) {
        say(PROBLEM, "a suite", error_text(errno));
        return;
    }
    int status = boot(suite_fd, said);
    ssize_t got = pread(said, text, sizeof(text) - 1, 0);
    text[got > 0 ? got : 0] = '\0';
    text[strcspn(text, "\n")] = '\0';
    if (status == 0 && !strcmp(text, "Hello, World!"))
        say(FINE, "a suite", "vm and one task started, and ended");
    else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        say(PROBLEM, "a suite", "vm and one task did not end in time");
    else
        say(PROBLEM, "a suite", *text ? text : "vm and one task did not run");
    close(suite_fd);
    close(said);
}

int doctor(void)
{
    fflush(stdout);
    check_process_vm();
    fflush(stdout);
    check_seccomp();
    check_memfd();
    check_shm();
    check_io_uring();
    check_limits();
    check_programs();
    fflush(stdout);
    check_boot();
    puts(has_problem ? "Suites will not run here." : "Suites will run here.");
    return has_problem ? 1 : 0;
}
