// The fuzz target `manifest`: a suite file in memory. The launcher must accept it, or refuse it
// with errors that name a line of it. Printed parts of it must not control a terminal.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "diagnostics.h"
#include "suite_file.h"
#include "target.h"

static void check_print(const struct manifest *mf)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    if (!out)
        abort();
    manifest_print_errors(mf, out);
    fclose(out);
    for (size_t i = 0; i < len; i++) {
        if (((unsigned char)text[i] < 0x20 && text[i] != '\n') || text[i] == 0x7f)
            abort();
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 8192)
        return 0;
    char key[] = "KEY=value";
    char disk[] = "DISK=/tmp/disk.img";
    char *pairs[] = {key, disk, NULL};
    struct settings settings = {.pairs = {.items = pairs, .len = 2}};
    struct manifest mf;
    bool good = manifest_parse(&mf, "suite.ini", (const char *)data, size, &settings);
    int lines = 1;
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n' || data[i] == '\r';
    if (good != (mf.errors.len == 0))
        abort();
    for (size_t i = 0; i < mf.errors.len; i++) {
        if (mf.errors.items[i].line < 0 || mf.errors.items[i].line > lines)
            abort();
    }
    for (const struct task_spec *a = mf.tasks; a; a = a->next) {
        if (!a->name || manifest_find(&mf, a->name) == NULL)
            abort();
        for (const struct task_spec *b = mf.tasks; b; b = b->next) {
            if (manifest_may_talk(a, b) != manifest_may_talk(b, a))
                abort();
        }
    }
    check_print(&mf);
    manifest_free(&mf);
    return 0;
}
