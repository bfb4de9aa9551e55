// Writes output of applications, for people and for files.
#include "output.h"
#include <oolong/message.h>
#include <oolong/printable.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static struct {
    bool is_on;
    bool is_utf8;
    char cut[4]; // the first bytes of a character whose rest has not come
    size_t cut_len;
} terminal;

void output_to_terminal(void)
{
    const char *locale = getenv("LC_ALL");
    terminal.is_on = true;
    terminal.is_utf8 = locale && strstr(locale, "UTF-8");
}

static bool write_all(const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDOUT_FILENO, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

// Adds as much of `data` as there is room for, after the bytes that were cut off the last time.
// Returns how much that was.
static bool write_masked(const char *data, size_t len, size_t *taken)
{
    char text[4096];
    size_t num = terminal.cut_len;
    *taken = MIN(len, sizeof(text) - num);
    memcpy(text, terminal.cut, num);
    memcpy(text + num, data, *taken);
    num += *taken;
    size_t done = printable_mask(text, num, terminal.is_utf8);
    terminal.cut_len = num - done;
    memcpy(terminal.cut, text + done, terminal.cut_len);
    return write_all(text, done);
}

bool output_write(const void *data, size_t len)
{
    const char *bytes = data;
    if (fflush(stdout) != 0)
        return false;
    if (!terminal.is_on)
        return write_all(bytes, len);
    if (len == 0) {
        size_t left = terminal.cut_len;
        terminal.cut_len = 0;
        return write_all("????", left);
    }
    for (size_t taken; len > 0; bytes += taken, len -= taken) {
        if (!write_masked(bytes, len, &taken))
            return false;
    }
    return true;
}

// The length in bytes of the character at `text`, if it may be shown as it is. 0: the first byte is
// escaped.
static size_t plain_len(const char *text)
{
    unsigned char c = (unsigned char)*text;
    if (c < 0x80 || !terminal.is_on)
        return c >= 0x20 && c != 0x7f && c != '\\';
    uint32_t character = 0;
    int num = printable_read((const unsigned char *)text, strlen(text), &character);
    return num > 0 && terminal.is_utf8 && printable_is_harmless(character) ? (size_t)num : 0;
}

void output_name(const char *name)
{
    for (size_t len; *name; name += len) {
        len = plain_len(name);
        if (len > 0)
            fwrite(name, 1, len, stdout);
        else if (*name == '\n')
            fputs("\\n", stdout);
        else if (*name == '\t')
            fputs("\\t", stdout);
        else if (*name == '\\')
            fputs("\\\\", stdout);
        else
            printf("\\%03o", (unsigned char)*name);
        len = len > 0 ? len : 1;
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
