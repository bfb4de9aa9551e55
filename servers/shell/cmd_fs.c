// Commands on files.
#include "shell.h"
#include <idl/fs.h>
#include <resea/datetime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fsclient.h"
#include "output.h"

#define HEXDUMP_LEN 256 // bytes that hexdump prints unless an argument says how many

static error_t print_entry(void *arg, const struct fs_entry *entry)
{
    (void)arg;
    output_mode(entry->kind, entry->mode);
    printf(" %10llu ", (unsigned long long)entry->size);
    output_name(entry->name);
    printf("%s\n", entry->kind == FS_KIND_DIRECTORY ? "/" : "");
    return OK;
}

bool cmd_ls(unsigned argc, char **argv)
{
    task_t fs;
    const char *path = argc > 1 ? argv[1] : "/";
    if (!find_service("fs", &fs))
        return false;
    error_t err = fsclient_list(fs, path, print_entry, NULL);
    if (err == ERR_NOT_ACCEPTABLE) {
        fprintf(errors(), "%s: not a directory\n", path);
        return false;
    }
    return IS_OK(err) || complain(path, err);
}

static error_t write_piece(void *arg, const void *data, size_t len)
{
    bool *ends_line = arg;
    *ends_line = ((const char *)data)[len - 1] == '\n';
    return output_write(data, len) ? OK : ERR_END;
}

bool cmd_cat(unsigned argc, char **argv)
{
    task_t fs;
    if (!find_service("fs", &fs))
        return false;
    for (unsigned i = 1; i < argc; i++) {
        bool ends_line = true;
        error_t err = fsclient_read(fs, argv[i], write_piece, &ends_line);
        (void)output_write(NULL, 0);
        if (!ends_line && interactive)
            printf("\n");
        if (err == ERR_NOT_ACCEPTABLE) {
            fprintf(errors(), "%s: not a file\n", argv[i]);
            return false;
        }
        if (IS_ERROR(err))
            return complain(argv[i], err);
    }
    return true;
}

static void print_time(int64_t seconds)
{
    struct datetime date;
    timestamp_to_datetime(seconds > 0 ? (uint64_t)seconds : 0, &date);
    printf("%04u-%02u-%02u %02u:%02u:%02u UTC\n", date.year, date.month, date.day, date.hour,
           date.minute, date.second);
}

static error_t print_target(task_t fs, const char *path)
{
    char *target;
    OK_OR_RETURN(fs_readlink(fs, path, &target));
    printf(" -> ");
    output_name(target);
    free(target);
    return OK;
}

bool cmd_stat(unsigned argc, char **argv)
{
    (void)argc;
    task_t fs;
    struct fs_attributes attr;
    if (!find_service("fs", &fs))
        return false;
    error_t err = fsclient_attributes(fs, argv[1], false, &attr);
    if (IS_ERROR(err))
        return complain(argv[1], err);

    printf("path:     ");
    output_name(argv[1]);
    if (attr.kind == FS_KIND_SYMLINK)
        err = print_target(fs, argv[1]);
    printf("\nmode:     ");
    output_mode(attr.kind, attr.mode);
    printf(" (%04o)\nsize:     %llu\nblocks:   %llu of 512\n", attr.mode,
           (unsigned long long)attr.size, (unsigned long long)attr.blocks);
    printf("inode:    %llu, %u link%s\nowner:    %u:%u\nmodified: ", (unsigned long long)attr.inode,
           attr.links, attr.links == 1 ? "" : "s", attr.uid, attr.gid);
    print_time(attr.mtime);
    return IS_OK(err) || complain(argv[1], err);
}

bool cmd_write(unsigned argc, char **argv)
{
    (void)argc;
    task_t fs;
    handle_t handle;
    if (!find_service("fs", &fs))
        return false;
    error_t err = fs_create(fs, argv[1], true, &handle);
    if (IS_ERROR(err))
        return complain(argv[1], err);

    char *text;
    int len = asprintf(&text, "%s\n", argv[2]);
    err = len < 0 ? ERR_NO_MEMORY : fs_write(fs, handle, 0, text, (size_t)len);
    if (len >= 0)
        free(text);
    error_t close_err = fs_close(fs, handle);
    err = IS_ERROR(err) ? err : close_err;
    return IS_OK(err) || complain(argv[1], err);
}

bool cmd_hexdump(unsigned argc, char **argv)
{
    task_t fs;
    handle_t handle;
    unsigned long long len = HEXDUMP_LEN, offset = 0;
    if ((argc > 2 && !parse_number(argv[2], 1024 * 1024, &len)) ||
        (argc > 3 && !parse_number(argv[3], INT64_MAX, &offset)))
        return complain("length or offset", ERR_INVALID_ARG);
    if (!find_service("fs", &fs))
        return false;
    error_t err = fs_open(fs, argv[1], &handle);
    if (IS_ERROR(err))
        return complain(argv[1], err);

    void *data;
    size_t data_len;
    err = fs_read(fs, handle, offset, (size_t)len, &data, &data_len);
    if (IS_OK(err)) {
        output_hexdump(data, data_len, offset);
        free(data);
    }
    error_t close_err = fs_close(fs, handle);
    err = IS_ERROR(err) ? err : close_err;
    return IS_OK(err) || complain(argv[1], err);
}
