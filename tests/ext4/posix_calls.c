// posix_calls: what each call does to files, as Linux has it on a file system of its own:
// posix_calls FOLDER. It runs as an ordinary user in an empty folder, and says each expectation
// that is not met. posix_names.c has what is about names and directories, posix_files.c what is
// about contents and attributes.
#include "posix_calls.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int num_failed;
static const char *part;

void expect(bool ok, const char *what, int line)
{
    if (ok)
        return;
    fprintf(stderr, "FAILED: %s, line %d: %s\n", part, line, what);
    num_failed++;
}

void expect_errno(bool failed, int wanted, const char *what, int line)
{
    int err = failed ? errno : 0;
    if (err == wanted)
        return;
    fprintf(stderr, "FAILED: %s, line %d: %s: %s, not %s\n", part, line, what, strerror(err),
            strerror(wanted));
    num_failed++;
}

void make_file(const char *name, const char *content)
{
    int fd = open(name, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
    ssize_t len = (ssize_t)strlen(content);
    OK(fd >= 0 && write(fd, content, (size_t)len) == len && close(fd) == 0);
}

struct stat stat_of(const char *name)
{
    struct stat st = {.st_mode = 0};
    OK(lstat(name, &st) == 0);
    return st;
}

static void run(const struct posix_part *parts)
{
    for (; parts->name; parts++) {
        part = parts->name;
        OK(mkdir(part, 0755) == 0 && chdir(part) == 0);
        parts->run();
        if (chdir("..") < 0)
            abort();
    }
}

int main(int argc, char **argv)
{
    if (argc != 2 || chdir(argv[1]) < 0) {
        fprintf(stderr, "usage: posix_calls FOLDER\n");
        return 2;
    }
    umask(022);
    run(posix_names);
    run(posix_dirs);
    run(posix_files);
    run(posix_attributes);
    return num_failed > 0;
}
