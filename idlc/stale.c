// Removes headers of earlier runs whose namespace is gone: a program that includes one would be
// built with messages that no server has any more. Only files that idlc made are removed; their
// first lines say so.
#include "stale.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "emit.h"

#define FOLDER   "idl"
#define HEAD_LEN 4096 // bytes of a file in which its first lines are looked for

static bool is_written_now(const struct output *output, const char *name)
{
    for (const struct output_file *file = output->files; file; file = file->next) {
        if (!file->is_depfile && strncmp(file->path, FOLDER "/", strlen(FOLDER) + 1) == 0 &&
            strcmp(file->path + strlen(FOLDER) + 1, name) == 0)
            return true;
    }
    return false;
}

static bool is_ours(const char *path)
{
    struct stat st;
    char head[HEAD_LEN + 1];
    if (lstat(path, &st) < 0 || !S_ISREG(st.st_mode))
        return false;
    FILE *file = fopen(path, "re");
    size_t len = file ? fread(head, 1, HEAD_LEN, file) : 0;
    if (file)
        fclose(file);
    head[len] = '\0';
    return strncmp(head, "// ", 3) == 0 && strstr(head, EMIT_GENERATED);
}

bool stale_remove(const struct output *output, const char *dir)
{
    bool ok = true;
    struct text folder = {0};
    text_printf(&folder, "%s/" FOLDER, dir);
    DIR *stream = opendir(folder.chars);
    for (struct dirent *entry; stream && (entry = readdir(stream));) {
        size_t len = strlen(entry->d_name);
        bool is_header = len > 2 && strcmp(entry->d_name + len - 2, ".h") == 0;
        if (!is_header || is_written_now(output, entry->d_name))
            continue;
        struct text path = {0};
        text_printf(&path, "%s/%s", folder.chars, entry->d_name);
        if (is_ours(path.chars) && unlink(path.chars) < 0) {
            fprintf(stderr, "idlc: error: %s: %s\n", path.chars, strerror(errno));
            ok = false;
        }
        text_free(&path);
    }
    if (stream)
        closedir(stream);
    text_free(&folder);
    return ok;
}
