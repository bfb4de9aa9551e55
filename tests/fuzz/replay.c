// Runs a fuzz target on files and folders: the corpus in CTest, or one finding by hand.
// Usage: replay FILE|FOLDER...
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "target.h"

static unsigned long num_inputs;

static int run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return -1;
    }
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    // The buffer has the exact size, so that a sanitizer finds a read beyond it.
    uint8_t *data = malloc(size > 0 ? (size_t)size : 1);
    size_t got = fread(data, 1, (size_t)size, file);
    fclose(file);
    if (getenv("REPLAY_VERBOSE"))
        fprintf(stderr, "%s\n", path);
    LLVMFuzzerTestOneInput(data, got);
    free(data);
    num_inputs++;
    return 0;
}

static int run_folder(const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort);
    int err = count < 0 ? -1 : 0;
    for (int i = 0; i < count; i++) {
        char file[4096];
        snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name);
        struct stat st;
        if (entries[i]->d_name[0] != '.' && stat(file, &st) == 0 && S_ISREG(st.st_mode))
            err |= run_file(file);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return err;
}

int main(int argc, char **argv)
{
    int err = 0;
    for (int i = 1; i < argc; i++) {
        struct stat st;
        if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode))
            err |= run_folder(argv[i]);
        else
            err |= run_file(argv[i]);
    }
    printf("%lu inputs\n", num_inputs);
    return err || !num_inputs ? EXIT_FAILURE : EXIT_SUCCESS;
}
