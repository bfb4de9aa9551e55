// Which characters are harmless; see mask.h.
#include <langinfo.h>
#include <locale.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "mask.h"
#include "util.h"

// Reads one character of UTF-8. Returns its length; 0: there is none, -1: more bytes may make one.
static int read_character(const unsigned char *text, size_t len, uint32_t *character)
{
    static const uint32_t first[] = {0, 0, 0x80, 0x800, 0x10000}; // with so many bytes
    int num = text[0] < 0x80 ? 1 : text[0] < 0xc2 ? 0 : text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
    if (num == 0 || text[0] > 0xf4)
        return 0;
    *character = num == 1 ? text[0] : text[0] & (0xffu >> (num + 1));
    for (int i = 1; i < num; i++) {
        if ((size_t)i == len)
            return -1;
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        *character = *character << 6 | (text[i] & 0x3f);
    }
    bool is_surrogate = *character >= 0xd800 && *character < 0xe000;
    return *character < first[num] || *character > 0x10ffff || is_surrogate ? 0 : num;
}

static bool is_harmless(uint32_t character)
{
    bool is_control = character < 0x20 || (character >= 0x7f && character < 0xa0);
    bool is_direction = (character >= 0x2028 && character <= 0x202e) ||
                        (character >= 0x2066 && character <= 0x2069);
    return !is_control && !is_direction;
}

bool mask_is_utf8(void)
{
    static int known = -1;
    if (known < 0) {
        locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
        known = locale && !strcmp(nl_langinfo_l(CODESET, locale), "UTF-8");
        if (locale)
            freelocale(locale);
    }
    return known;
}

size_t mask_for_terminal(char *data, size_t len, bool is_utf8)
{
    unsigned char *bytes = (unsigned char *)data;
    size_t at = 0;
    while (at < len) {
        uint32_t character = 0;
        int num =
            bytes[at] < 0x80 || is_utf8 ? read_character(bytes + at, len - at, &character) : 0;
        bool is_return = bytes[at] == '\r';
        if (num < 0 || (is_return && at + 1 == len))
            return at;
        if (is_return && bytes[at + 1] == '\n')
            bytes[at] = ' ';
        else if (num == 0 || (!is_harmless(character) && character != '\n' && character != '\t'))
            memset(bytes + at, '?', num > 0 ? (size_t)num : 1);
        at += num > 0 ? (size_t)num : 1;
    }
    return at;
}

void mask_line(char *text, bool on_terminal)
{
    size_t len = strlen(text);
    for (size_t at = 0; at < len;) {
        uint32_t character = 0;
        unsigned char *bytes = (unsigned char *)text + at;
        int num = read_character(bytes, len - at, &character);
        bool is_good = num > 0 ? is_harmless(character) : !on_terminal && *bytes >= 0xa0;
        num = num > 0 ? num : 1;
        if (!is_good || (on_terminal && !mask_is_utf8() && *bytes >= 0x80))
            memset(bytes, '?', (size_t)num);
        at += (size_t)num;
    }
}

void mask_print(FILE *out, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    va_end(args);
    if (!text)
        return;
    mask_line(text, isatty(fileno(out)));
    fprintf(out, "%s\n", text);
    free(text);
}

bool is_printable(const char *text)
{
    for (size_t len = strlen(text); len > 0;) {
        uint32_t character;
        int num = read_character((const unsigned char *)text, len, &character);
        if (num <= 0 || !is_harmless(character))
            return false;
        text += num;
        len -= (size_t)num;
    }
    return true;
}
