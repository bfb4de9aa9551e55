// Writes the files of one run. Owns that a failed run leaves nothing behind: files are written
// under temporary names first, and folders that were made for them are removed again.
#include "output.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Folders made by this run, innermost last.
struct made_dirs {
    char **paths;
    size_t len;
};

void output_init(struct output *output)
{
    output->files = NULL;
    output->last = &output->files;
}

struct text *output_add(struct output *output, const char *path)
{
    struct output_file *file = memory_alloc(sizeof(*file));
    *file = (struct output_file){0};
    file->path = memory_alloc(strlen(path) + 1);
    memcpy(file->path, path, strlen(path) + 1);
    *output->last = file;
    output->last = &file->next;
    return &file->text;
}

static bool fail(const char *path)
{
    fprintf(stderr, "idlc: error: %s: %s\n", path, strerror(errno));
    return false;
}

static char *copy_of(const char *chars, size_t len)
{
    char *copy = memory_alloc(len + 1);
    memcpy(copy, chars, len);
    copy[len] = '\0';
    return copy;
}

static bool make_dir(struct made_dirs *made, const char *path, size_t len)
{
    char *dir = copy_of(path, len);
    if (mkdir(dir, 0777) == 0) {
        made->paths = memory_grow(made->paths, (made->len + 1) * sizeof(*made->paths));
        made->paths[made->len++] = dir;
        return true;
    }
    // Anything else that is in the way fails when the file is made.
    bool ok = errno == EEXIST || fail(dir);
    free(dir);
    return ok;
}

// All folders that lead to the file.
static bool make_parents(struct made_dirs *made, const char *path)
{
    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        if (slash[-1] != '/' && !make_dir(made, path, (size_t)(slash - path)))
            return false;
    }
    return true;
}

static bool write_all(int fd, const struct text *text)
{
    size_t written = 0;
    while (written < text->len) {
        ssize_t len = write(fd, text->chars + written, text->len - written);
        if (len < 0 && errno == EINTR)
            continue;
        if (len < 0)
            return false;
        written += (size_t)len;
    }
    return true;
}

static mode_t wanted_mode(void)
{
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

static bool write_temporary(struct output_file *file, const char *path)
{
    struct text name = {0};
    text_printf(&name, "%s.XXXXXX", path);
    int fd = mkstemp(name.chars);
    if (fd < 0) {
        text_free(&name);
        return fail(path);
    }
    file->temporary = name.chars;
    bool ok = write_all(fd, &file->text) && fchmod(fd, wanted_mode()) == 0;
    int saved_errno = errno;
    if (close(fd) < 0 && ok) {
        ok = false;
        saved_errno = errno;
    }
    errno = saved_errno;
    return ok || fail(path);
}

static void clean_up(struct output *output, struct made_dirs *made, bool ok)
{
    for (struct output_file *file = output->files; file; file = file->next) {
        if (file->temporary) {
            unlink(file->temporary);
            free(file->temporary);
            file->temporary = NULL;
        }
    }
    while (made->len > 0) {
        char *dir = made->paths[--made->len];
        if (!ok)
            rmdir(dir); // those that hold something were not empty before us either
        free(dir);
    }
    free(made->paths);
}

bool output_write(struct output *output, const char *dir)
{
    bool ok = true;
    struct made_dirs made = {0};
    struct text path = {0};
    for (struct output_file *file = output->files; file && ok; file = file->next) {
        path.len = 0;
        text_printf(&path, "%s/%s", dir, file->path);
        ok = make_parents(&made, path.chars) && write_temporary(file, path.chars);
    }
    for (struct output_file *file = output->files; file && ok; file = file->next) {
        path.len = 0;
        text_printf(&path, "%s/%s", dir, file->path);
        if (rename(file->temporary, path.chars) < 0) {
            ok = fail(path.chars);
            break;
        }
        free(file->temporary);
        file->temporary = NULL;
    }
    text_free(&path);
    clean_up(output, &made, ok);
    return ok;
}

void output_free(struct output *output)
{
    while (output->files) {
        struct output_file *next = output->files->next;
        free(output->files->path);
        text_free(&output->files->text);
        free(output->files);
        output->files = next;
    }
    output_init(output);
}
