// fstree: lists a file system, one line an entry.
//
// Sandbox: profile "plain".
#include <idl/fs.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <stdlib.h>
#include <string.h>
#include "fsclient.h"
#include "output.h"

#define DEPTH_MAX 4096

static const char help[] =
    "usage: fstree [PATH]\n"
    "\n"
    "Lists everything below the directory PATH (the root without one), one line an\n"
    "entry, each directory before what is in it, in name order:\n"
    "\n"
    "    -rw-r--r--      12345 /docs/readme.txt\n"
    "    lrwxrwxrwx          4 /docs/latest -> v1.2\n"
    "\n"
    "that is: kind and permissions, size in bytes (of a link, of its target's name),\n"
    "path, and the target of a link. PATH itself is not listed; links are not\n"
    "followed. Control characters and backslashes in names are shown as \\n, \\t,\n"
    "\\\\ and \\ooo.\n";

// The entries of one directory. They are kept until its listing is complete, because a directory is
// entered right after its own line.
struct listing {
    const char *dir;
    size_t num;
    size_t max;
    struct {
        char *path;
        struct fs_entry entry; // without the name
    } * entries;
};

static error_t remember(void *arg, const struct fs_entry *entry)
{
    struct listing *listing = arg;
    if (listing->num == listing->max) {
        size_t max = listing->max ? listing->max * 2 : 64;
        void *bigger = realloc(listing->entries, max * sizeof(*listing->entries));
        if (!bigger)
            return ERR_NO_MEMORY;
        listing->entries = bigger;
        listing->max = max;
    }
    char *path = fsclient_join(listing->dir, entry->name);
    if (!path)
        return ERR_NO_MEMORY;
    listing->entries[listing->num].path = path;
    listing->entries[listing->num].entry = *entry;
    listing->entries[listing->num++].entry.name = NULL;
    return OK;
}

static void print_target(task_t fs, const char *path)
{
    char *target;
    size_t size;
    unsigned kind, mode, uid, gid;
    int64_t mtime;
    if (IS_ERROR(fs_lstat(fs, path, &target, &size, &kind, &mode, &uid, &gid, &mtime)))
        return;
    fputs(" -> ", stdout);
    output_name(target);
    free(target);
}

static void print_entry(task_t fs, const char *path, const struct fs_entry *entry)
{
    output_mode(entry->kind, entry->mode);
    printf(" %10llu ", (unsigned long long)entry->size);
    output_name(path);
    if (entry->kind == FS_KIND_SYMLINK)
        print_target(fs, path);
    putchar('\n');
}

static error_t print_tree(task_t fs, const char *dir, unsigned depth)
{
    struct listing listing = {.dir = dir};
    error_t err = depth > DEPTH_MAX ? ERR_TOO_LARGE : fsclient_list(fs, dir, remember, &listing);
    if (err == ERR_NOT_ACCEPTABLE)
        fprintf(stderr, "fstree: %s: not a directory\n", dir);
    else if (IS_ERROR(err))
        fprintf(stderr, "fstree: %s: %s\n", dir, error_words(err));

    for (size_t i = 0; i < listing.num; i++) {
        char *path = listing.entries[i].path;
        print_entry(fs, path, &listing.entries[i].entry);
        if (listing.entries[i].entry.kind == FS_KIND_DIRECTORY) {
            error_t below = print_tree(fs, path, depth + 1);
            err = IS_ERROR(err) ? err : below;
        }
        free(path);
    }
    free(listing.entries);
    return err;
}

void main(void)
{
    int argc = task_argc();
    char **argv = task_argv();
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        printf("%s", help);
        return;
    }
    if (argc > 2) {
        fprintf(stderr, "%s", help);
        exit(2);
    }

    const char *root = argc > 1 ? argv[1] : "/";
    task_t fs = ipc_lookup("fs");
    if (IS_ERROR(fs)) {
        fprintf(stderr, "fstree: %s: no file system: %s\n", root, error_words(fs));
        exit(EXIT_FAILURE);
    }
    exit(IS_OK(print_tree(fs, root, 0)) ? EXIT_SUCCESS : EXIT_FAILURE);
}
