// Writes the files of one run. A failed run leaves nothing behind: files are written under
// temporary names first, and folders that were made for them are removed. A file that would not
// change is not written.
#include "output.h"
#include <errno.h>
#include <fcntl.h>
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

static struct output_file *add(struct output *output, const char *path)
{
    struct output_file *file = memory_alloc(sizeof(*file));
    *file = (struct output_file){0};
    file->path = memory_alloc(strlen(path) + 1);
    memcpy(file->path, path, strlen(path) + 1);
    *output->last = file;
    output->last = &file->next;
    return file;
}

struct text *output_add(struct output *output, const char *path)
{
    return &add(output, path)->text;
}

struct text *output_add_depfile(struct output *output, const char *path)
{
    struct output_file *file = add(output, path);
    file->is_depfile = true;
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
    // Other obstacles are reported when the file is made.
    bool ok = errno == EEXIST || fail(dir);
    free(dir);
    return ok;
}

// Makes all folders that lead to the file.
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

// Always closes the file. On false, errno says why.
static bool write_and_close(int fd, const struct text *text, bool ok)
{
    ok = ok && write_all(fd, text);
    int saved_errno = errno;
    if (close(fd) < 0 && ok)
        return false;
    errno = saved_errno;
    return ok;
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
    return write_and_close(fd, &file->text, fchmod(fd, wanted_mode()) == 0) || fail(path);
}

// Whether the file already has the text. Then it keeps its time, and nothing is built again.
static bool has_text(const char *path, const struct text *text)
{
    bool same = false;
    FILE *file = fopen(path, "re");
    char *old = memory_alloc(text->len + 1);
    if (file)
        same = fread(old, 1, text->len + 1, file) == text->len && !ferror(file) &&
               memcmp(old, text->chars, text->len) == 0;
    if (file)
        fclose(file);
    free(old);
    return same;
}

// A list of dependencies may go to a device such as /dev/null, which is written directly. Anything
// else that is not a regular file is probably a mistake, and refused.
static bool write_depfile(struct output_file *file, const struct stat *st)
{
    if (!S_ISCHR(st->st_mode)) {
        fprintf(stderr, "idlc: error: %s: %s\n", file->path,
                S_ISLNK(st->st_mode)   ? "is a symbolic link, which is not followed"
                : S_ISDIR(st->st_mode) ? "Is a directory"
                                       : "is neither a file nor a character device");
        return false;
    }
    file->is_done = true;
    int fd = open(file->path, O_WRONLY | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
    return (fd >= 0 && write_and_close(fd, &file->text, true)) || fail(file->path);
}

static bool write_file(struct output_file *file, const char *path, struct made_dirs *made)
{
    struct stat st;
    bool is_there = lstat(path, &st) == 0;
    bool is_file = is_there && S_ISREG(st.st_mode);
    if (file->is_depfile && is_there && !is_file)
        return write_depfile(file, &st);
    if (is_there && !is_file && !S_ISLNK(st.st_mode)) {
        errno = S_ISDIR(st.st_mode) ? EISDIR : EEXIST;
        return fail(path);
    }
    // The list is always written, so that its time tells make when idlc ran.
    file->is_done = is_file && !file->is_depfile && has_text(path, &file->text);
    return file->is_done ||
           ((file->is_depfile || make_parents(made, path)) && write_temporary(file, path));
}

static bool move_file(struct output_file *file, const char *path)
{
    if (rename(file->temporary, path) < 0)
        return fail(path);
    free(file->temporary);
    file->temporary = NULL;
    return true;
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
            rmdir(dir); // fails if the folder has files, which then are not ours
        free(dir);
    }
    free(made->paths);
}

static char *path_of(const struct output_file *file, const char *dir)
{
    struct text path = {0};
    if (!file->is_depfile)
        text_printf(&path, "%s/", dir);
    text_puts(&path, file->path);
    return path.chars;
}

bool output_write(struct output *output, const char *dir)
{
    bool ok = true;
    struct made_dirs made = {0};
    for (struct output_file *file = output->files; file && ok; file = file->next) {
        char *path = path_of(file, dir);
        ok = write_file(file, path, &made);
        free(path);
    }
    for (struct output_file *file = output->files; file && ok; file = file->next) {
        char *path = path_of(file, dir);
        ok = file->is_done || move_file(file, path);
        free(path);
    }
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
