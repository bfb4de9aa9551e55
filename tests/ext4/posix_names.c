// Making, opening, linking, renaming and removing.
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>
#include "posix_calls.h"

static void open_flags(void)
{
    make_file("f", "some text");
    OK(mkdir("d", 0755) == 0 && symlink("f", "l") == 0 && symlink("round", "round") == 0);
    FAILS(EEXIST, open("f", O_CREAT | O_EXCL | O_RDWR, 0644));
    FAILS(EEXIST, open("l", O_CREAT | O_EXCL | O_RDWR, 0644));
    FAILS(ENOENT, open("nothing", O_RDWR));
    FAILS(ENOENT, open("nothing/f", O_CREAT | O_RDWR, 0644));
    FAILS(ENOTDIR, open("f/f", O_CREAT | O_RDWR, 0644));
    FAILS(ENOTDIR, open("f", O_RDONLY | O_DIRECTORY));
    FAILS(EISDIR, open("d", O_RDWR));
    FAILS(EISDIR, open("d", O_CREAT | O_RDWR, 0644));
    FAILS(ELOOP, open("l", O_RDONLY | O_NOFOLLOW));
    FAILS(ELOOP, open("round", O_RDONLY));
    int fd = open("l", O_WRONLY | O_APPEND);
    OK(fd >= 0 && write(fd, " more", 5) == 5 && close(fd) == 0 && stat_of("f").st_size == 14);
    fd = open("f", O_WRONLY | O_TRUNC);
    OK(fd >= 0 && close(fd) == 0 && stat_of("f").st_size == 0);
    fd = open(".", O_TMPFILE | O_RDWR, 0600);
    OK(fd >= 0 || errno == EOPNOTSUPP);
    if (fd >= 0)
        close(fd);
}

static void long_names(void)
{
    char name[300], target[4200];
    memset(name, 'n', sizeof(name));
    memset(target, 't', sizeof(target));
    name[256] = target[4000] = '\0';
    FAILS(ENAMETOOLONG, mkdir(name, 0755));
    FAILS(ENAMETOOLONG, open(name, O_RDONLY));
    name[255] = '\0';
    OK(mkdir(name, 0755) == 0 && rmdir(name) == 0);
    OK(symlink(target, "l") == 0);
    char got[4200];
    OK(readlink("l", got, sizeof(got)) == 4000 && memcmp(got, target, 4000) == 0);
    FAILS(ENOENT, symlink("", "empty"));
    FAILS(EINVAL, readlink(".", got, sizeof(got)));
}

// Deeper than any path can name.
static void deep(void)
{
    char name[201];
    int top = open(".", O_RDONLY | O_DIRECTORY);
    memset(name, 'p', 200);
    name[200] = '\0';
    for (int i = 0; i < 25; i++)
        OK(mkdir(name, 0755) == 0 && chdir(name) == 0);
    make_file("f", "deep");
    OK(rename("f", "g") == 0 && stat_of("g").st_size == 4 && unlink("g") == 0);
    for (int i = 0; i < 25; i++)
        OK(chdir("..") == 0 && rmdir(name) == 0);
    struct stat here, there;
    OK(fstat(top, &there) == 0 && stat(".", &here) == 0 && here.st_ino == there.st_ino);
    close(top);
}

static void links(void)
{
    make_file("f", "x");
    OK(mkdir("d", 0755) == 0);
    OK(link("f", "d/second") == 0 && stat_of("f").st_nlink == 2);
    OK(stat_of("f").st_ino == stat_of("d/second").st_ino);
    FAILS(EEXIST, link("f", "d/second"));
    FAILS(EPERM, link("d", "e"));
    FAILS(ENOENT, link("nothing", "e"));
    OK(symlink("f", "l") == 0 && link("l", "m") == 0 && S_ISLNK(stat_of("m").st_mode));
    OK(unlink("f") == 0 && stat_of("d/second").st_nlink == 1);
}

static void removing(void)
{
    make_file("f", "x");
    OK(mkdir("d", 0755) == 0 && mkdir("d/e", 0755) == 0);
    FAILS(ENOTEMPTY, rmdir("d"));
    FAILS(ENOTDIR, rmdir("f"));
    FAILS(EISDIR, unlink("d"));
    FAILS(EINVAL, rmdir("d/."));
    FAILS(EEXIST, mkdir("d", 0755));
    FAILS(EEXIST, mkdir("f", 0755));
    FAILS(ENOENT, unlink("nothing"));
    nlink_t links = stat_of("d").st_nlink;
    OK(rmdir("d/e") == 0 && stat_of("d").st_nlink == links - 1 && rmdir("d") == 0);
}

// A directory that is somebody's working directory while it is removed.
static void removed_directory(void)
{
    struct stat st;
    OK(mkdir("d", 0755) == 0 && chdir("d") == 0 && rmdir("../d") == 0);
    OK(stat(".", &st) == 0 && S_ISDIR(st.st_mode) && st.st_nlink == 0);
    FAILS(ENOENT, open("f", O_CREAT | O_RDWR, 0644));
    FAILS(ENOENT, mkdir("e", 0755));
    OK(chdir("..") == 0);
}

static void renaming(void)
{
    make_file("a", "a");
    make_file("b", "bb");
    OK(mkdir("d", 0755) == 0 && mkdir("e", 0755) == 0 && mkdir("e/f", 0755) == 0);
    OK(rename("a", "b") == 0 && stat_of("b").st_size == 1);
    FAILS(ENOENT, rename("a", "c"));
    FAILS(EISDIR, rename("b", "d"));
    FAILS(ENOTDIR, rename("d", "b"));
    FAILS(ENOTEMPTY, rename("d", "e"));
    FAILS(EINVAL, rename("e", "e/f/g"));
    OK(rename("e/f", "d") == 0);
    OK(link("b", "c") == 0 && rename("b", "c") == 0); // the same file: both stay
    OK(stat_of("b").st_nlink == 2);
}

static void rename_flags(void)
{
    make_file("a", "a");
    make_file("b", "bb");
    OK(mkdir("d", 0755) == 0 && mkdir("d/below", 0755) == 0 && mkdir("e", 0755) == 0);
    FAILS(EEXIST, renameat2(AT_FDCWD, "a", AT_FDCWD, "b", RENAME_NOREPLACE));
    OK(renameat2(AT_FDCWD, "a", AT_FDCWD, "c", RENAME_NOREPLACE) == 0);
    OK(renameat2(AT_FDCWD, "b", AT_FDCWD, "c", RENAME_EXCHANGE) == 0);
    OK(stat_of("b").st_size == 1 && stat_of("c").st_size == 2);
    FAILS(ENOENT, renameat2(AT_FDCWD, "b", AT_FDCWD, "nothing", RENAME_EXCHANGE));
    FAILS(EINVAL, renameat2(AT_FDCWD, "d", AT_FDCWD, "d/below", RENAME_EXCHANGE));
    // A directory and a file in two directories.
    nlink_t links = stat_of("d").st_nlink;
    make_file("e/f", "f");
    OK(renameat2(AT_FDCWD, "d/below", AT_FDCWD, "e/f", RENAME_EXCHANGE) == 0);
    OK(S_ISREG(stat_of("d/below").st_mode) && S_ISDIR(stat_of("e/f").st_mode));
    OK(stat_of("d").st_nlink == links - 1 && stat_of("e").st_nlink == links);
    OK(stat_of("e/f/..").st_ino == stat_of("e").st_ino);
}

static void special_files(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "bound"};
    char byte = 'x';
    OK(mkfifo("fifo", 0644) == 0 && S_ISFIFO(stat_of("fifo").st_mode));
    int fd = open("fifo", O_RDWR | O_NONBLOCK);
    OK(fd >= 0 && write(fd, &byte, 1) == 1 && read(fd, &byte, 1) == 1);
    close(fd);
    OK(mknod("socket", S_IFSOCK | 0600, 0) == 0 && S_ISSOCK(stat_of("socket").st_mode));
    OK(mknod("file", S_IFREG | 0600, 0) == 0 && S_ISREG(stat_of("file").st_mode));
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    OK(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(fd, 1) == 0);
    int other = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    OK(connect(other, (struct sockaddr *)&address, sizeof(address)) == 0);
    close(other);
    close(fd);
    if (geteuid() != 0)
        FAILS(EPERM, mknod("device", S_IFCHR | 0600, makedev(1, 3)));
    OK(rename("fifo", "moved") == 0 && unlink("moved") == 0 && unlink("socket") == 0);
}

const struct posix_part posix_names[] = {
    {"open_flags", open_flags},
    {"long_names", long_names},
    {"deep", deep},
    {"links", links},
    {"removing", removing},
    {"removed_directory", removed_directory},
    {"renaming", renaming},
    {"rename_flags", rename_flags},
    {"special_files", special_files},
    {NULL, NULL},
};
