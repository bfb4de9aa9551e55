// See program.h.
#include "program.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "diagnostics.h"
#include "mount.h"
#include "util.h"
#include "wire_note.h"

// The folder of programs: libexec/oolong beside the folder of this executable.
static const char *programs_dir(void)
{
    static char *dir;
    char own[PATH_MAX];
    if (dir)
        return dir;
    ssize_t len = readlink("/proc/self/exe", own, sizeof(own) - 1);
    own[len > 0 ? len : 0] = '\0';
    for (int i = 0; i < 2; i++) { // cuts off the name, then the folder's name
        char *slash = strrchr(own, '/');
        if (slash)
            *slash = '\0';
    }
    dir = xasprintf("%s/libexec/oolong", own);
    return dir;
}

bool program_find(const char *program, char **path)
{
    struct stat st;
    *path = strchr(program, '/') ? xstrdup(program) : xasprintf("%s/%s", programs_dir(), program);
    if (stat(*path, &st) < 0)
        return false;
    errno = EACCES;
    return S_ISREG(st.st_mode) && access(*path, X_OK) == 0;
}

// Only root and the owner of an interface can open it. (Its owner is the USER of `ip tuntap add
// NAME mode tap user USER`.) Frames have no extra header, and reading does not wait.
static int open_tap(const char *name)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0 && ioctl(fd, TUNSETIFF, &request) < 0) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

// Opening with O_NONBLOCK does not wait for the other end of a FIFO.
static int open_path(const struct spec_file *file, const char **error)
{
    struct stat st;
    int flags = file->writable ? O_RDWR : O_RDONLY;
    int fd = open(file->path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode)) {
        *error = "it is a FIFO: opening it waits for another program";
        close(fd);
        return -1;
    }
    if (fd >= 0 && fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK) < 0) {
        *error = strerror(errno);
        close(fd);
        return -1;
    }
    return fd;
}

int spec_file_open(const struct spec_file *file, const char **error)
{
    *error = NULL;
    int fd = file->is_mount ? mount_open(file)
             : file->is_tap ? open_tap(file->path)
                            : open_path(file, error);
    if (fd < 0 && !*error)
        *error = strerror(errno);
    return fd;
}

// Opens the files of a task as at its start. On folders of mount.NAME nothing is mounted.
static void check_files(struct manifest *mf, const struct task_spec *task)
{
    for (size_t i = 0; i < task->num_files; i++) {
        const struct spec_file *file = &task->file[i];
        const char *error = NULL;
        int fd = file->is_mount ? open(file->path, O_PATH | O_DIRECTORY | O_CLOEXEC)
                                : spec_file_open(file, &error);
        if (fd < 0)
            manifest_error(mf, file->line, "task %s: cannot open %s: %s", task->name, file->path,
                           error ? error : strerror(errno));
        else
            close(fd);
    }
}

void program_check_all(struct manifest *mf)
{
    char *path;
    const char *error =
        program_find(mf->vm_program, &path) ? wire_note_check(path) : strerror(errno);
    if (error)
        manifest_error(mf, 0, "cannot run the vm server %s: %s", path, error);
    free(path);
    for (const struct task_spec *task = mf->tasks; task; task = task->next) {
        check_files(mf, task);
        if (task->program_unknown)
            continue;
        error = program_find(task->program, &path) ? wire_note_check(path) : strerror(errno);
        if (error)
            manifest_error(mf, task->program_line, "task %s: cannot run %s: %s", task->name, path,
                           error);
        free(path);
    }
}
