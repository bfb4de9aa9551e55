// The process's entry: from exec by the launcher to the program's main(), which is `void
// main(void)` or `void main(const char *cmdline)`.
//
// The library starts before the constructors of the program and of its shared libraries, from
// .preinit_array, and installs the filter of the task's role there. A program that defines
// oolong_prepare() gets the filter after that function, which needs the constructors to have run.

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>
#include <linux/audit.h>
#include <oolong/internal.h>
#include <resea/printf.h>
#include <resea/syscall.h>
#include <resea/task.h>
#include "abort.h"
#include "boot.h"
#include "entry.h"
#include "log.h"
#include "self.h"

#pragma weak oolong_prepare

// The launcher reads it from the program's file before it starts the program.
WIRE_NOTE_ATTRIBUTES static const struct wire_note wire_note = WIRE_NOTE;

static int arg_count;
static char **arg_vector;
static char *arg_line;

int task_argc(void)
{
    return arg_count;
}

char **task_argv(void)
{
    return arg_vector;
}

const char *task_cmdline(void)
{
    return arg_line ? arg_line : "";
}

// The arguments as one line that cmdline_parse() splits into the same words.
static char *join_arguments(int argc, char **argv)
{
    size_t size = 1;
    for (int i = 1; i < argc; i++)
        size += 4 * strlen(argv[i]) + 3;
    char *line = malloc(size);
    char *out = line;
    for (int i = 1; line && i < argc; i++) {
        if (i > 1)
            *out++ = ' ';
        bool quote = argv[i][strcspn(argv[i], " \t\n'\"\\")] || !argv[i][0];
        if (quote)
            *out++ = '\'';
        for (const char *s = argv[i]; *s; s++) {
            if (*s == '\'') {
                memcpy(out, "'\\''", 4);
                out += 4;
            } else {
                *out++ = *s;
            }
        }
        if (quote)
            *out++ = '\'';
    }
    if (line)
        *out = '\0';
    return line;
}

// The arguments of the system call that was trapped, and where its result goes.
struct trapped {
    uintptr_t fd, vector, count;
    greg_t *result;
};

static struct trapped trapped_call(ucontext_t *context)
{
    greg_t *regs = context->uc_mcontext.gregs;
    return (struct trapped){(uintptr_t)regs[REG_RDI], (uintptr_t)regs[REG_RSI],
                            (uintptr_t)regs[REG_RDX], &regs[REG_RAX]};
}

// When glibc finds a corrupt heap or a smashed stack, it reports that by writev(2) to standard
// error and then calls abort(). No profile allows writev(), but each allows write(), which does the
// same here.
static void write_vector(const struct trapped *call)
{
    const struct iovec *vector = (const struct iovec *)call->vector;
    *call->result = 0;
    for (size_t i = 0; i < call->count; i++) {
        ssize_t n = write(STDERR_FILENO, vector[i].iov_base, vector[i].iov_len);
        if (n > 0)
            *call->result += n;
    }
}

// Whether abort() itself made the call. The first call that it makes unblocks SIGABRT.
static bool is_of_abort(const siginfo_t *info)
{
    const uintptr_t size = 1024; // abort() is at most this long
    return (uintptr_t)info->si_call_addr - (uintptr_t)abort < size;
}

static void on_trap(__unused int sig, siginfo_t *info, void *context)
{
    struct trapped call = trapped_call(context);
    if (info->si_syscall == SYS_writev && call.fd == STDERR_FILENO) {
        write_vector(&call);
        return;
    }
    if (is_of_abort(info))
        task_abort();
    abort_trapped(info->si_syscall, info->si_arch, (uintptr_t)info->si_call_addr);
}

static void prepare_process(void)
{
    // Payloads are allocated and freed all the time. Memory that free() gave back to the kernel
    // would have to be faulted in again page by page, which costs more than copying a payload.
    // (Sanitizers bring their own allocator.)
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    free(malloc(1)); // the first malloc() asks for random bytes: a profile may not allow that

    // Without a buffer from its caller, stdio asks the kernel what kind of file standard output is.
    // Line buffering passes whole lines to the task's pipe.
    static char out[4096];
    setvbuf(stdout, out, _IOLBF, sizeof(out));

    struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};
    sigaction(SIGSYS, &action, NULL);
}

task_t sys_task_self(void)
{
    return task_self();
}

void task_exit(void)
{
    exit(EXIT_SUCCESS);
}

void sys_task_exit(void)
{
    task_exit();
}

error_t sys_task_destroy(task_t task)
{
    return task_destroy(task);
}

error_t sys_task_schedule(task_t task, int priority)
{
    return task_schedule(task, priority);
}

static void start(void)
{
    prepare_process();
    boot_start();
    log_begin();
    if (!oolong_prepare)
        boot_confine();
}

#ifndef OOLONG_SANITIZED
// glibc sets the name of the program, for messages, in a constructor of its own.
static void before_constructors(__unused int argc, char **argv, __unused char **envp)
{
    const char *slash = strrchr(argv[0], '/');
    program_invocation_name = argv[0];
    program_invocation_short_name = slash ? (char *)slash + 1 : argv[0];
    start();
}

__attribute__((section(".preinit_array"),
               used)) static void (*const entry)(int, char **, char **) = before_constructors;
#endif

// If the command's output could not be written, the command fails, even if the program reports
// success.
static void check_output(int status, __unused void *arg)
{
    if ((fflush(stdout) == 0 && !ferror(stdout)) || status != 0)
        return;
    fprintf(stderr, "standard output: %s\n", errno ? strerror(errno) : "a write failed");
    _exit(EXIT_FAILURE);
}

int main(int argc, char **argv)
{
    arg_count = argc;
    arg_vector = argv;
    arg_line = join_arguments(argc, argv);
#ifdef OOLONG_SANITIZED
    start(); // the sanitizers start in constructors of their own
#endif
    if (ipc_self.boot.flags & BOOT_MAIN)
        on_exit(check_output, NULL);
    if (oolong_prepare) {
        oolong_prepare();
        boot_confine();
    }
    boot_ready();
    oolong_main(task_cmdline());
    exit(EXIT_SUCCESS);
}
