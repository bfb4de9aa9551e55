// Makes seccomp filters of the table in profiles.c, and does the steps between fork and exec.
//
// A task has two filters, and the kernel takes the stricter answer. Both send SIGSYS for a
// forbidden call. If the outer filter killed instead, libipc's handler of SIGSYS could not report
// the call. Before libipc has installed its handler, SIGSYS kills. The call is never executed in
// either case.
#include "sandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "profiles.h"
#include "util.h"

#ifdef OOLONG_SANITIZED
#define VARIANT      SET_SANITIZED
#define VARIANT_NAME "-sanitized"
#else
#define VARIANT      0
#define VARIANT_NAME ""
#endif

static const struct profile *find_profile(const char *name)
{
    for (size_t i = 0; i < num_profiles; i++) {
        if (!strcmp(profiles[i].name, name))
            return &profiles[i];
    }
    return NULL;
}

bool sandbox_profile_exists(const char *name)
{
    return find_profile(name) != NULL;
}

char *sandbox_profile_names(void)
{
    char *list = NULL;
    for (size_t i = 0; i < num_profiles; i++) {
        char *more = list ? xasprintf("%s, %s", list, profiles[i].name) : xstrdup(profiles[i].name);
        free(list);
        list = more;
    }
    return list;
}

static int add_rule(scmp_filter_ctx filter, const struct rule *rule)
{
    struct scmp_arg_cmp args[2];
    for (unsigned i = 0; i < rule->num_checks; i++) {
        const struct rule_check *check = &rule->checks[i];
        args[i] = (struct scmp_arg_cmp){.arg = check->arg};
        if (check->below) {
            args[i].op = SCMP_CMP_LT;
            args[i].datum_a = check->below;
        } else {
            args[i].op = SCMP_CMP_MASKED_EQ;
            args[i].datum_a = check->mask;
            args[i].datum_b = check->equal;
        }
    }
    uint32_t action = rule->refused ? SCMP_ACT_ERRNO(rule->refused) : SCMP_ACT_ALLOW;
    int err = seccomp_rule_add_array(filter, action, rule->nr, rule->num_checks, args);
    return err == -EEXIST ? 0 : err;
}

// Writes the filter for the union of `sets` into a memfd. Returns that, or -1 with errno set.
static int compile(unsigned sets)
{
    int fd = -1;
    int err = -ENOMEM;
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);
    if (!filter)
        goto out;
    err = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    for (size_t i = 0; i < profile_num_rules && !err; i++) {
        if (profile_rules[i].sets & sets)
            err = add_rule(filter, &profile_rules[i]);
    }
    for (size_t i = 0; i < profile_num_hot_calls && !err; i++)
        err = seccomp_syscall_priority(filter, profile_hot_calls[i], (uint8_t)(255 - i));
    if (err)
        goto out;
    fd = memfd_create("filter", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    err = fd < 0 ? -errno : seccomp_export_bpf(filter, fd);
    if (!err &&
        fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
        err = -errno;
out:
    if (filter)
        seccomp_release(filter);
    if (err && fd >= 0)
        close(fd);
    errno = -err;
    return err ? -1 : fd;
}

static bool read_program(int fd, struct sock_fprog *program)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return false;
    size_t len = (size_t)st.st_size;
    program->len = (unsigned short)(len / sizeof(struct sock_filter));
    program->filter = xcalloc(1, len);
    return pread(fd, program->filter, len, 0) == (ssize_t)len;
}

const struct sandbox *sandbox_get(const char *name)
{
    static struct sandbox *compiled;
    const struct profile *profile = find_profile(name);
    for (struct sandbox *box = compiled; box; box = box->next) {
        if (!strncmp(box->name, name, strlen(name)) &&
            !strcmp(box->name + strlen(name), VARIANT_NAME))
            return box;
    }
    int outer_fd = compile(profile->sets | profile->start | VARIANT | SET_LOADER);
    int role_fd = compile(profile->sets | VARIANT);
    struct sandbox *box = xcalloc(1, sizeof(*box));
    struct sock_fprog role = {0};
    if (outer_fd < 0 || role_fd < 0 || !read_program(outer_fd, &box->outer) ||
        !read_program(role_fd, &role)) {
        // Without its filter, a task must not run.
        int error = errno;
        close(outer_fd);
        close(role_fd);
        free(box);
        errno = error;
        return NULL;
    }
    close(outer_fd);
    free(role.filter);
    box->name = xasprintf("%s%s", name, VARIANT_NAME);
    box->role_fd = role_fd;
    box->role_len = role.len;
    box->next = compiled;
    compiled = box;
    return box;
}

static int set_limit(int resource, rlim_t value)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) < 0)
        return errno;
    limit.rlim_max =
        limit.rlim_max == RLIM_INFINITY || value < limit.rlim_max ? value : limit.rlim_max;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(resource, &limit) < 0 ? errno : 0;
}

int sandbox_enter(const struct limits *limits, const struct sock_fprog *outer, const char **step)
{
    int err = 0;
    *step = "limit its memory";
#ifndef OOLONG_SANITIZED
    // No limit with AddressSanitizer, which reserves terabytes of addresses.
    if (limits->memory)
        err = set_limit(RLIMIT_AS, limits->memory);
#endif
    if (!err) {
        *step = "limit its descriptors";
        err = set_limit(RLIMIT_NOFILE, limits->files);
    }
    if (!err) {
        *step = "give up gaining privileges";
        err = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? errno : 0;
    }
    if (!err && outer) {
        *step = "install its system call filter";
        err = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, outer) < 0 ? errno : 0;
    }
    return err;
}

char *sandbox_call_name(uint32_t arch, int nr)
{
    char *found = seccomp_syscall_resolve_num_arch(arch, nr);
    char *name = xstrdup(found ? found : "?");
    free(found);
    return name;
}

int sandbox_count_filters(int pid)
{
    char path[64], line[256];
    if (pid)
        snprintf(path, sizeof(path), "/proc/%d/status", pid);
    else
        snprintf(path, sizeof(path), "/proc/self/status");
    FILE *file = fopen(path, "re");
    int mode = -1, count = -2;
    while (file && fgets(line, sizeof(line), file)) {
        sscanf(line, "Seccomp: %d", &mode);
        sscanf(line, "Seccomp_filters: %d", &count);
    }
    if (file)
        fclose(file);
    if (!pid && mode == 0)
        return 0;
    return mode == 2 ? count : -1;
}
