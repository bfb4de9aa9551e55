// Commands that change files.
#include "shell.h"
#include <idl/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fsclient.h"

// Runs `one` for each argument until one fails.
static bool for_each(unsigned argc, char **argv, error_t (*one)(task_t fs, const char *path))
{
    task_t fs;
    if (!find_service("fs", &fs))
        return false;
    for (unsigned i = 1; i < argc; i++) {
        error_t err = one(fs, argv[i]);
        if (IS_ERROR(err))
            return complain(argv[i], err);
    }
    return true;
}

static error_t make_directory(task_t fs, const char *path)
{
    return fs_mkdir(fs, path, 0755);
}

bool cmd_mkdir(unsigned argc, char **argv)
{
    return for_each(argc, argv, make_directory);
}

static error_t remove_directory(task_t fs, const char *path)
{
    return fs_rmdir(fs, path);
}

bool cmd_rmdir(unsigned argc, char **argv)
{
    return for_each(argc, argv, remove_directory);
}

static error_t remove_file(task_t fs, const char *path)
{
    return fs_remove(fs, path);
}

bool cmd_rm(unsigned argc, char **argv)
{
    return for_each(argc, argv, remove_file);
}

// The path that `from` gets when it is moved or copied to `to`. If `to` is a directory, `from` goes
// into it. The caller frees the path.
static char *destination(task_t fs, const char *from, const char *to)
{
    struct fs_attributes attr;
    if (IS_ERROR(fsclient_attributes(fs, to, true, &attr)) || attr.kind != FS_KIND_DIRECTORY)
        return strdup(to);
    const char *slash = strrchr(from, '/');
    return fsclient_join(to, slash ? slash + 1 : from);
}

bool cmd_mv(unsigned argc, char **argv)
{
    (void)argc;
    task_t fs;
    if (!find_service("fs", &fs))
        return false;
    char *to = destination(fs, argv[1], argv[2]);
    error_t err = to ? fs_rename(fs, argv[1], to) : ERR_NO_MEMORY;
    free(to);
    return IS_OK(err) || complain(argv[1], err);
}

struct copy {
    task_t fs;
    handle_t handle;
    uint64_t offset;
};

static error_t write_piece(void *arg, const void *data, size_t len)
{
    struct copy *copy = arg;
    OK_OR_RETURN(fs_write(copy->fs, copy->handle, copy->offset, data, len));
    copy->offset += len;
    return OK;
}

static error_t copy_file(task_t fs, const char *from, const char *to)
{
    struct fs_attributes attr;
    struct copy copy = {.fs = fs};
    OK_OR_RETURN(fsclient_attributes(fs, from, true, &attr));
    if (attr.kind != FS_KIND_FILE)
        return ERR_NOT_ACCEPTABLE;
    OK_OR_RETURN(fs_open_with(fs, to, FS_OPEN_CREATE | FS_OPEN_NEW, attr.mode, &copy.handle));
    error_t err = fsclient_read(fs, from, write_piece, &copy);
    error_t close_err = fs_close(fs, copy.handle);
    return IS_ERROR(err) ? err : close_err;
}

bool cmd_cp(unsigned argc, char **argv)
{
    (void)argc;
    task_t fs;
    if (!find_service("fs", &fs))
        return false;
    char *to = destination(fs, argv[1], argv[2]);
    error_t err = to ? copy_file(fs, argv[1], to) : ERR_NO_MEMORY;
    bool ok = IS_OK(err) || complain(err == ERR_ALREADY_EXISTS ? to : argv[1], err);
    free(to);
    return ok;
}

bool cmd_ln(unsigned argc, char **argv)
{
    task_t fs;
    bool symbolic = strcmp(argv[1], "-s") == 0;
    if (argc != (symbolic ? 4u : 3u)) {
        fprintf(errors(), "usage: ln [-s] TARGET PATH\n");
        return false;
    }
    if (!find_service("fs", &fs))
        return false;
    error_t err = symbolic ? fs_symlink(fs, argv[2], argv[3]) : fs_link(fs, argv[1], argv[2]);
    return IS_OK(err) || complain(argv[argc - 1], err);
}

bool cmd_chmod(unsigned argc, char **argv)
{
    (void)argc;
    task_t fs;
    char *end;
    unsigned long mode = strtoul(argv[1], &end, 8);
    if (argv[1][0] < '0' || argv[1][0] > '7' || *end || mode > 07777)
        return complain(argv[1], ERR_INVALID_ARG);
    if (!find_service("fs", &fs))
        return false;
    error_t err = fs_chmod(fs, argv[2], (unsigned)mode);
    return IS_OK(err) || complain(argv[2], err);
}

bool cmd_truncate(unsigned argc, char **argv)
{
    (void)argc;
    task_t fs;
    unsigned long long size;
    if (!parse_number(argv[2], INT64_MAX, &size))
        return complain(argv[2], ERR_INVALID_ARG);
    if (!find_service("fs", &fs))
        return false;
    error_t err = fs_truncate(fs, argv[1], size);
    return IS_OK(err) || complain(argv[1], err);
}

bool cmd_sync(unsigned argc, char **argv)
{
    (void)argc, (void)argv;
    task_t fs;
    if (!find_service("fs", &fs))
        return false;
    error_t err = fs_sync(fs);
    return IS_OK(err) || complain("sync", err);
}

bool cmd_df(unsigned argc, char **argv)
{
    (void)argc, (void)argv;
    task_t fs;
    unsigned block_size, name_max;
    uint64_t blocks, free_blocks, files, free_files;
    bool read_only;
    if (!find_service("fs", &fs))
        return false;
    error_t err = fs_statfs(fs, &block_size, &blocks, &free_blocks, &files, &free_files, &name_max,
                            &read_only);
    if (IS_ERROR(err))
        return complain("df", err);
    printf("size:  %llu KiB%s\n", (unsigned long long)(blocks * block_size / 1024),
           read_only ? ", read-only" : "");
    printf("free:  %llu KiB\n", (unsigned long long)(free_blocks * block_size / 1024));
    printf("files: %llu of %llu\n", (unsigned long long)(files - free_files),
           (unsigned long long)files);
    return true;
}
