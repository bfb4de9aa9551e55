// fscat: writes files of a file system to standard output.
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

static const char help[] =
    "usage: fscat PATH...\n"
    "\n"
    "Writes the files to standard output, one after the other, byte for byte.\n"
    "Paths start at the root of the file system that serves \"fs\"; symbolic links\n"
    "are followed. For a path that cannot be read, one line on standard error names\n"
    "it, the others are still written, and the exit status is 1.\n";

static bool output_failed;

static error_t write_piece(void *arg, const void *data, size_t len)
{
    (void)arg;
    if (output_write(data, len))
        return OK;
    output_failed = true;
    return ERR_END;
}

static bool cat(task_t fs, const char *path)
{
    error_t err = fsclient_read(fs, path, write_piece, NULL);
    if (output_failed)
        fprintf(stderr, "fscat: cannot write: %s\n", strerror(errno));
    else if (err == ERR_NOT_ACCEPTABLE)
        fprintf(stderr, "fscat: %s: not a file\n", path);
    else if (IS_ERROR(err))
        fprintf(stderr, "fscat: %s: %s\n", path, error_words(err));
    return IS_OK(err);
}

void main(void)
{
    int argc = task_argc();
    char **argv = task_argv();
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        printf("%s", help);
        return;
    }
    if (argc < 2) {
        fprintf(stderr, "%s", help);
        exit(2);
    }

    task_t fs = ipc_lookup("fs");
    if (IS_ERROR(fs)) {
        fprintf(stderr, "fscat: %s: no file system: %s\n", argv[1], error_words(fs));
        exit(EXIT_FAILURE);
    }
    bool ok = true;
    for (int i = 1; i < argc && !output_failed; i++)
        ok &= cat(fs, argv[i]);
    exit(ok ? EXIT_SUCCESS : EXIT_FAILURE);
}
