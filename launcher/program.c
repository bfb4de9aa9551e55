// Where programs and the files of tasks are, and whether all of them are there.
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
#include "mount.h"
#include "suite.h"

// Where programs are: libexec/oolong beside the folder of this executable.
static const char *programs_dir(void)
{
    static char *dir;
    char own[PATH_MAX];
    if (dir)
        return dir;
    ssize_t len = readlink("/proc/self/exe", own, sizeof(own) - 1);
    own[len > 0 ? len : 0] = '\0';
    for (int i = 0; i < 2; i++) { // the name, and the folder's name
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

// An interface belongs to who created it with that owner (ip tuntap add NAME mode tap user USER),
// or to root. Frames come and go without a header of their own, and nobody waits for them.
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

int spec_file_open(const struct spec_file *file)
{
    if (file->is_mount)
        return mount_open(file);
    if (file->is_tap)
        return open_tap(file->path);
    return open(file->path, (file->writable ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOCTTY);
}

static void check_files(struct manifest *mf, const struct task_spec *task)
{
    for (size_t i = 0; i < task->num_files; i++) {
        const struct spec_file *file = &task->file[i];
        int flags = file->is_mount ? O_PATH | O_DIRECTORY : file->writable ? O_RDWR : O_RDONLY;
        int fd =
            file->is_tap ? open_tap(file->path) : open(file->path, flags | O_CLOEXEC | O_NOCTTY);
        if (fd < 0)
            manifest_error(mf, file->line, "task %s: cannot open %s: %s", task->name, file->path,
                           strerror(errno));
        else
            close(fd);
    }
}

bool program_check_all(struct manifest *mf)
{
    char *path;
    if (!program_find(mf->vm_program, &path))
        manifest_error(mf, 0, "cannot run the vm server %s: %s", path, strerror(errno));
    free(path);
    for (const struct task_spec *task = mf->tasks; task; task = task->next) {
        if (!program_find(task->program, &path))
            manifest_error(mf, task->program_line, "task %s: cannot run %s: %s", task->name, path,
                           strerror(errno));
        free(path);
        check_files(mf, task);
    }
    return mf->errors.len == 0;
}
