// Modes, owners, times, extended attributes and ACLs.
#include <stdio.h>
#include <stdlib.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>
#include "posix_calls.h"

#define DAY_S     86400
#define FIRST_S   (-2147483648ll) // the first time that ext4 has
#define ACCESS    "system.posix_acl_access"
#define DEFAULT   "system.posix_acl_default"
#define UNDEFINED 0xffffffffu // of an entry that names nobody

static unsigned mode_of(const char *name)
{
    return stat_of(name).st_mode & 07777;
}

static void modes(void)
{
    make_file("f", "text");
    OK(mkdir("d", 0755) == 0 && mode_of("d") == 0755 && mode_of("f") == 0644);
    OK(chmod("f", 04751) == 0 && mode_of("f") == 04751);
    int fd = open("f", O_WRONLY);
    OK(fd >= 0 && write(fd, "new", 3) == 3 && close(fd) == 0);
    OK(geteuid() == 0 || mode_of("f") == 0751); // no program of another content
    OK(chown("f", (uid_t)-1, getgid()) == 0 && stat_of("f").st_gid == getgid());
    OK(stat_of("f").st_uid == geteuid());
    struct stat before = stat_of("f");
    OK(chmod("f", 0600) == 0);
    struct stat after = stat_of("f");
    OK(after.st_ctim.tv_sec > before.st_ctim.tv_sec ||
       after.st_ctim.tv_nsec > before.st_ctim.tv_nsec);
    OK(after.st_mtim.tv_nsec == before.st_mtim.tv_nsec);
}

static void permissions(void)
{
    make_file("f", "text");
    OK(mkdir("d", 0755) == 0);
    if (geteuid() == 0)
        return; // root may do all of it
    OK(chmod("f", 0) == 0);
    FAILS(EACCES, open("f", O_RDONLY));
    FAILS(EPERM, chown("f", 0, 0));
    OK(chmod("f", 0400) == 0);
    FAILS(EACCES, open("f", O_WRONLY));
    FAILS(EACCES, truncate("f", 0));
    FAILS(EACCES, access("f", W_OK));
    make_file("d/g", "");
    OK(chmod("d", 0500) == 0);
    FAILS(EACCES, open("d/f", O_CREAT | O_RDWR, 0644));
    FAILS(EACCES, unlink("d/g"));
    OK(chmod("d", 0600) == 0);
    FAILS(EACCES, open("d/g", O_RDONLY));
    OK(chmod("d", 0700) == 0);
}

static void set_group_id(void)
{
    OK(mkdir("d", 0755) == 0 && chmod("d", 02775) == 0);
    OK(mkdir("d/e", 0755) == 0 && mode_of("d/e") == 02755);
    make_file("d/f", "");
    OK(mode_of("d/f") == 0644 && stat_of("d/f").st_gid == stat_of("d").st_gid);
}

static void masks(void)
{
    umask(027);
    int fd = open("f", O_CREAT | O_RDWR, 0666);
    OK(fd >= 0 && close(fd) == 0 && mode_of("f") == 0640);
    OK(mkdir("d", 0777) == 0 && mode_of("d") == 0750);
    OK(mkfifo("p", 0666) == 0 && mode_of("p") == 0640);
    umask(022);
}

static bool set_times(const char *name, time_t atime, time_t mtime)
{
    struct timespec times[2] = {{.tv_sec = atime, .tv_nsec = 123456789},
                                {.tv_sec = mtime, .tv_nsec = 987654321}};
    return utimensat(AT_FDCWD, name, times, AT_SYMLINK_NOFOLLOW) == 0;
}

static void times(void)
{
    make_file("f", "");
    OK(symlink("f", "l") == 0);
    OK(set_times("f", 1000, 2000));
    struct stat st = stat_of("f");
    OK(st.st_atim.tv_sec == 1000 && st.st_atim.tv_nsec == 123456789);
    OK(st.st_mtim.tv_sec == 2000 && st.st_mtim.tv_nsec == 987654321);
    OK(set_times("l", 3000, 4000) && stat_of("f").st_mtim.tv_sec == 2000);
    OK(stat_of("l").st_mtim.tv_sec == 4000);
    struct timespec omit[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_nsec = UTIME_NOW}};
    OK(utimensat(AT_FDCWD, "f", omit, 0) == 0);
    st = stat_of("f");
    OK(st.st_atim.tv_sec == 1000 && st.st_mtim.tv_sec > 1000000000);
    OK(set_times("f", -1000, -2000000000) && stat_of("f").st_mtim.tv_sec == -2000000000);
    OK(set_times("f", -3000000000, -4000000000));
    st = stat_of("f");
    OK(st.st_atim.tv_sec == FIRST_S && st.st_mtim.tv_sec == FIRST_S);
    OK(set_times("f", 5000000000, 6000000000) && stat_of("f").st_mtim.tv_sec == 6000000000);
}

static void read_it(const char *name)
{
    char byte;
    int fd = open(name, O_RDONLY);
    OK(fd >= 0 && read(fd, &byte, 1) == 1 && close(fd) == 0);
}

static void times_of_access(void)
{
    time_t now = time(NULL);
    make_file("f", "text");
    OK(set_times("f", 1000, 2000));
    read_it("f");
    OK(stat_of("f").st_atim.tv_sec >= now); // it was changed since it was read
    OK(set_times("f", now - 2 * DAY_S, now - 3 * DAY_S));
    // The change of the times was a change.
    read_it("f");
    OK(stat_of("f").st_atim.tv_sec >= now);
}

static void directory_times(void)
{
    OK(mkdir("d", 0755) == 0 && set_times("d", 1000, 1000));
    make_file("d/f", "");
    OK(stat_of("d").st_mtim.tv_sec > 1000);
    OK(set_times("d", 1000, 1000) && rename("d/f", "d/g") == 0);
    OK(stat_of("d").st_mtim.tv_sec > 1000);
    OK(set_times("d", 1000, 1000) && unlink("d/g") == 0 && stat_of("d").st_mtim.tv_sec > 1000);
}

static void attributes(void)
{
    static char large[60000];
    char got[256];
    make_file("f", "text");
    OK(mkdir("d", 0755) == 0 && symlink("f", "l") == 0);
    FAILS(ENODATA, getxattr("f", "user.a", got, sizeof(got)));
    OK(listxattr("f", got, sizeof(got)) == 0);
    OK(setxattr("f", "user.a", "value", 5, 0) == 0 && setxattr("f", "user.b", "", 0, 0) == 0);
    OK(getxattr("f", "user.a", got, sizeof(got)) == 5 && memcmp(got, "value", 5) == 0);
    OK(getxattr("f", "user.a", NULL, 0) == 5 && getxattr("f", "user.b", got, 1) == 0);
    FAILS(ERANGE, getxattr("f", "user.a", got, 4));
    FAILS(EEXIST, setxattr("f", "user.a", "x", 1, XATTR_CREATE));
    FAILS(ENODATA, setxattr("f", "user.c", "x", 1, XATTR_REPLACE));
    OK(setxattr("f", "user.a", "longer value", 12, XATTR_REPLACE) == 0);
    OK(listxattr("f", got, sizeof(got)) == 14 && memmem(got, 14, "user.a", 7));
    OK(memmem(got, 14, "user.b", 7) != NULL);
    FAILS(ENOSPC, setxattr("f", "user.c", large, sizeof(large), 0));
    FAILS(EOPNOTSUPP, setxattr("f", "nonsense.a", "x", 1, 0));
    FAILS(EPERM, lsetxattr("l", "user.a", "x", 1, 0));
    memset(large, 'v', sizeof(large));
    OK(setxattr("d", "user.large", large, 3000, 0) == 0);
    OK(getxattr("d", "user.large", large, sizeof(large)) == 3000);
    OK(removexattr("f", "user.a") == 0 && removexattr("d", "user.large") == 0);
    FAILS(ENODATA, removexattr("f", "user.a"));
    int fd = open("f", O_RDWR);
    OK(unlink("f") == 0 && fsetxattr(fd, "user.d", "x", 1, 0) == 0);
    OK(fgetxattr(fd, "user.d", got, sizeof(got)) == 1);
    close(fd);
}

// --- ACLs ---------------------------------------------------------------------------------------

struct list {
    unsigned char bytes[128];
    size_t len;
};

static void begin_list(struct list *list)
{
    *list = (struct list){.bytes = {2}, .len = 4};
}

static void add(struct list *list, unsigned tag, unsigned perm, unsigned id)
{
    unsigned char *p = &list->bytes[list->len];
    p[0] = (unsigned char)tag;
    p[2] = (unsigned char)perm;
    for (int i = 0; i < 4; i++)
        p[4 + i] = (unsigned char)(id >> (8 * i));
    list->len += 8;
}

// Owner rwx, user 4711 `perm`, group r-x, a mask, others nothing.
static void make_list(struct list *list, unsigned perm, unsigned mask)
{
    begin_list(list);
    add(list, 0x01, 7, UNDEFINED);
    add(list, 0x02, perm, 4711);
    add(list, 0x04, 5, UNDEFINED);
    add(list, 0x10, mask, UNDEFINED);
    add(list, 0x20, 0, UNDEFINED);
}

static bool has_list(const char *name, const char *which, const struct list *wanted)
{
    unsigned char got[128];
    ssize_t len = getxattr(name, which, got, sizeof(got));
    return len == (ssize_t)wanted->len && memcmp(got, wanted->bytes, wanted->len) == 0;
}

static void access_lists(void)
{
    struct list list;
    make_file("f", "");
    make_list(&list, 6, 6);
    OK(setxattr("f", ACCESS, list.bytes, list.len, 0) == 0);
    OK(mode_of("f") == 0760 && has_list("f", ACCESS, &list));
    OK(chmod("f", 0640) == 0);
    make_list(&list, 6, 4);
    list.bytes[4 + 2] = 6;
    OK(mode_of("f") == 0640 && has_list("f", ACCESS, &list));
    // What the mode says too is not kept.
    begin_list(&list);
    add(&list, 0x01, 6, UNDEFINED);
    add(&list, 0x04, 4, UNDEFINED);
    add(&list, 0x20, 4, UNDEFINED);
    OK(setxattr("f", ACCESS, list.bytes, list.len, 0) == 0 && mode_of("f") == 0644);
    OK(listxattr("f", NULL, 0) == 0);
    FAILS(EINVAL, setxattr("f", ACCESS, "\2\0\0\0x", 5, 0));
}

static void default_lists(void)
{
    struct list list, inherited;
    OK(mkdir("d", 0755) == 0);
    make_list(&list, 7, 7);
    OK(setxattr("d", DEFAULT, list.bytes, list.len, 0) == 0 && has_list("d", DEFAULT, &list));
    OK(mkdir("d/e", 0777) == 0 && has_list("d/e", DEFAULT, &list) && mode_of("d/e") == 0770);
    int fd = open("d/f", O_CREAT | O_RDWR, 0666);
    OK(fd >= 0 && close(fd) == 0 && mode_of("d/f") == 0660);
    make_list(&inherited, 7, 6);
    inherited.bytes[4 + 2] = 6;
    OK(has_list("d/f", ACCESS, &inherited));
    OK(removexattr("d", DEFAULT) == 0);
    fd = open("d/g", O_CREAT | O_RDWR, 0666);
    OK(fd >= 0 && close(fd) == 0 && mode_of("d/g") == 0644);
}

const struct posix_part posix_attributes[] = {
    {"modes", modes},
    {"permissions", permissions},
    {"set_group_id", set_group_id},
    {"masks", masks},
    {"times", times},
    {"times_of_access", times_of_access},
    {"directory_times", directory_times},
    {"attributes", attributes},
    {"access_lists", access_lists},
    {"default_lists", default_lists},
    {NULL, NULL},
};
