// Tests of the file server, if the suite has one, with whatever files it serves.
#include <config.h>
#include <idl/fs.h>
#include <message.h>
#include <resea/ipc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fsclient.h"
#include "test.h"

// The file server, or an error if the suite has none.
static task_t find_fs(void)
{
    ipc_set_lookup_timeout(100);
    task_t fs = ipc_lookup("fs");
    ipc_set_lookup_timeout(20000);
    return fs;
}

// The path of the first file in a directory or below it.
struct search {
    task_t fs;
    const char *dir;
    char *found;
};

static error_t look_at(void *arg, const struct fs_entry *entry)
{
    struct search *search = arg;
    if (search->found)
        return OK;
    char *path = fsclient_join(search->dir, entry->name);
    if (path && entry->kind == FS_KIND_DIRECTORY) {
        struct search below = {.fs = search->fs, .dir = path};
        error_t err = fsclient_list(search->fs, path, look_at, &below);
        search->found = below.found;
        free(path);
        return err;
    }
    if (path && entry->kind == FS_KIND_FILE && entry->size > 0) {
        search->found = path;
        return OK;
    }
    free(path);
    return OK;
}

static error_t add_len(void *arg, const void *data, size_t len)
{
    (void)data;
    *(size_t *)arg += len;
    return OK;
}

static void a_file_has_its_size(void)
{
    task_t fs = find_fs();
    if (IS_ERROR(fs))
        return;
    struct search search = {.fs = fs, .dir = "/"};
    EXPECT_OK(fsclient_list(fs, "/", look_at, &search));
    if (!search.found)
        return;
    size_t size, read = 0;
    unsigned kind, mode, uid, gid;
    int64_t mtime;
    error_t stat_err = fs_stat(fs, search.found, &size, &kind, &mode, &uid, &gid, &mtime);
    error_t read_err = fsclient_read(fs, search.found, add_len, &read);
    free(search.found);
    EXPECT_OK(stat_err);
    EXPECT_OK(read_err);
    EXPECT(kind == FS_KIND_FILE && read == size);
}

static void unknown_paths_are_not_found(void)
{
    static const char *const paths[] = {
        "", "/no such file", "no such dir/file", "/../..//nope", "/\xff\xfe", "/a\nb"};
    handle_t handle;
    task_t fs = find_fs();
    if (IS_ERROR(fs))
        return;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        EXPECT_ERR(fs_open(fs, paths[i], &handle), ERR_NOT_FOUND);
    char *path = calloc(1, 1024 * 1024);
    EXPECT(path != NULL);
    memset(path, 'x', 1024 * 1024 - 1);
    error_t err = fs_open(fs, path, &handle);
    free(path);
    EXPECT_ERR(err, ERR_NOT_FOUND);
}

static void handles_that_are_not_ours_are_not_found(void)
{
    void *data;
    size_t len;
    task_t fs = find_fs();
    if (IS_ERROR(fs))
        return;
    static const handle_t handles[] = {0, -1, 1, 1000000, INT32_MIN, INT32_MAX};
    for (size_t i = 0; i < sizeof(handles) / sizeof(handles[0]); i++) {
        EXPECT_ERR(fs_read(fs, handles[i], 0, 10, &data, &len), ERR_NOT_FOUND);
        EXPECT_ERR(fs_write(fs, handles[i], 0, "x", 1), ERR_NOT_FOUND);
        EXPECT_ERR(fs_close(fs, handles[i]), ERR_NOT_FOUND);
    }
}

static void directories_are_not_files(void)
{
    handle_t handle;
    void *entries;
    size_t len;
    unsigned next;
    task_t fs = find_fs();
    if (IS_ERROR(fs))
        return;
    EXPECT_ERR(fs_open(fs, "/", &handle), ERR_NOT_ACCEPTABLE);
    EXPECT_ERR(fs_list(fs, "/nope", 0, &entries, &len, &next), ERR_NOT_FOUND);
    EXPECT_OK(fs_list(fs, "/..", UINT32_MAX, &entries, &len, &next));
    free(entries);
    EXPECT(len == 0 && next == 0);
}

static void reads_beyond_the_end_are_empty(void)
{
    handle_t handle;
    void *data;
    size_t len;
    task_t fs = find_fs();
    if (IS_ERROR(fs))
        return;
    struct search search = {.fs = fs, .dir = "/"};
    EXPECT_OK(fsclient_list(fs, "/", look_at, &search));
    if (!search.found)
        return;
    error_t err = fs_open(fs, search.found, &handle);
    free(search.found);
    EXPECT_OK(err);
    EXPECT_OK(fs_read(fs, handle, UINT64_MAX, SIZE_MAX, &data, &len));
    free(data);
    EXPECT(len == 0);
    EXPECT_OK(fs_read(fs, handle, 0, SIZE_MAX, &data, &len));
    free(data);
    EXPECT(len > 0 && len <= CONFIG_OOL_BUFFER_LEN);
    EXPECT_ERR(fs_write(fs, handle, 0, "x", 1), ERR_NOT_PERMITTED);
    EXPECT_OK(fs_close(fs, handle));
    EXPECT_ERR(fs_close(fs, handle), ERR_NOT_FOUND);
}

static void many_handles_are_closed_at_once(void)
{
    fs_handles_t handles = {0};
    void *data;
    size_t len;
    task_t fs = find_fs();
    if (IS_ERROR(fs))
        return;
    struct search search = {.fs = fs, .dir = "/"};
    EXPECT_OK(fsclient_list(fs, "/", look_at, &search));
    if (!search.found)
        return;
    EXPECT_OK(fs_open(fs, search.found, &handles[1]));
    EXPECT_OK(fs_open(fs, search.found, &handles[31]));
    free(search.found);
    handles[7] = -1;
    EXPECT_OK(fs_close_all(fs, handles));
    EXPECT_ERR(fs_read(fs, handles[1], 0, 1, &data, &len), ERR_NOT_FOUND);
    EXPECT_ERR(fs_read(fs, handles[31], 0, 1, &data, &len), ERR_NOT_FOUND);
    EXPECT_OK(fs_close_all(fs, handles));
}

const struct test fs_tests[] = {
    {"a file has its size", a_file_has_its_size},
    {"unknown paths are not found", unknown_paths_are_not_found},
    {"handles of nobody are not found", handles_that_are_not_ours_are_not_found},
    {"directories are not files", directories_are_not_files},
    {"reads beyond the end are empty", reads_beyond_the_end_are_empty},
    {"many handles are closed at once", many_handles_are_closed_at_once},
    {0},
};
