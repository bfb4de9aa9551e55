// Compiles the profiles into seccomp filters and puts a new process under its limits.
#ifndef LAUNCHER_SANDBOX_H
#define LAUNCHER_SANDBOX_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>

// A compiled profile. Lives as long as the launcher.
struct sandbox {
    const char *name;        // as the suite file has it
    struct sock_fprog outer; // installed between fork and exec
    int role_fd;             // sealed, read-only: the program of the role's filter
    unsigned role_len;       // its instructions
    struct sandbox *next;
};

bool sandbox_profile_exists(const char *name);

// "plain, vm, ...". The caller frees it.
char *sandbox_profile_names(void);

// Returns the profile's filters, compiled on first use, or NULL with errno set. `name` exists.
const struct sandbox *sandbox_get(const char *name);

// The limits of one task.
struct limits {
    uint64_t memory; // bytes of address space; 0: none
    unsigned files;
};

// Call it in the new process, before exec. Returns 0 or an errno, and sets `*step` to what failed.
// `outer` may be NULL (a task under a debugger).
int sandbox_enter(const struct limits *limits, const struct sock_fprog *outer, const char **step);

// The name of a system call, or "?". `arch` is an AUDIT_ARCH_* value. The caller frees it.
char *sandbox_call_name(uint32_t arch, int nr);

// The number of seccomp filters that /proc/PID/status shows for a process (pid 0: the launcher
// itself). -1: the process has none, or is gone. -2: the kernel does not show the number.
int sandbox_count_filters(int pid);

#endif
