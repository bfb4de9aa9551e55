// What applications write to people and to files.
#include "output.h"
#include <oolong/message.h>
#include <stdio.h>
#include <unistd.h>

const char *error_words(error_t err)
{
    static const char *const words[] = {
        "no error",         "out of memory",       "not permitted",  "would block",
        "the server ended", "too large",           "too small",      "not found",
        "invalid argument", "no such task",        "exists already", "cannot be read",
        "not acceptable",   "nothing there",       "no reply",       "in use",
        "try again",        "the end was reached", "timed out",      "no space left",
        "not empty",
    };
    STATIC_ASSERT(sizeof(words) / sizeof(words[0]) == -ERR_LAST + 1);
    return err > 0 || err < ERR_LAST ? "unknown error" : words[-err];
}

bool output_write(const void *data, size_t len)
{
    if (fflush(stdout) != 0)
        return false;
    while (len > 0) {
        ssize_t n = write(STDOUT_FILENO, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        data = (const char *)data + n;
        len -= (size_t)n;
    }
    return true;
}

void output_name(const char *name)
{
    for (const char *p = name; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '\n')
            fputs("\\n", stdout);
        else if (c == '\t')
            fputs("\\t", stdout);
        else if (c == '\\')
            fputs("\\\\", stdout);
        else if (c < 0x20 || c == 0x7f)
            printf("\\%03o", c);
        else
            putchar(c);
    }
}

void output_mode(unsigned kind, unsigned mode)
{
    static const char kinds[] = {[FS_KIND_OTHER] = '?',
                                 [FS_KIND_FILE] = '-',
                                 [FS_KIND_DIRECTORY] = 'd',
                                 [FS_KIND_SYMLINK] = 'l'};
    char text[] = "?rwxrwxrwx";
    if (kind < sizeof(kinds))
        text[0] = kinds[kind];
    for (int i = 0; i < 9; i++) {
        if (!(mode >> (8 - i) & 1))
            text[1 + i] = '-';
    }
    fputs(text, stdout);
}

void output_hexdump(const void *data, size_t len, uint64_t offset)
{
    const uint8_t *p = data;
    for (size_t i = 0; i < len; i += 16) {
        size_t num = MIN(len - i, (size_t)16);
        uint64_t at = offset + i;
        printf("%08llx ", (unsigned long long)at);
        for (size_t j = 0; j < 16; j++) {
            if (j < num)
                printf(" %02x", p[i + j]);
            else
                printf("   ");
        }
        printf("  ");
        for (size_t j = 0; j < num; j++)
            putchar(p[i + j] >= 0x20 && p[i + j] < 0x7f ? p[i + j] : '.');
        putchar('\n');
    }
}
