// Which text a terminal may get: printable characters alone. For the launcher, which prints what
// tasks say, and for tasks that have the terminal.
#ifndef OOLONG_PRINTABLE_H
#define OOLONG_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/// Reads one character of UTF-8. Returns its length; 0: there is none, -1: more bytes may make one.
static inline int printable_read(const unsigned char *text, size_t len, uint32_t *character)
{
    static const uint32_t first[] = {0, 0, 0x80, 0x800, 0x10000}; // by the number of bytes
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

/// Neither a control character, C1 included, nor one that changes the direction of text.
static inline bool printable_is_harmless(uint32_t character)
{
    bool is_control = character < 0x20 || (character >= 0x7f && character < 0xa0);
    bool is_direction = (character >= 0x2028 && character <= 0x202e) ||
                        (character >= 0x2066 && character <= 0x2069);
    return !is_control && !is_direction;
}

/// Replaces by '?', byte by byte, what is not printable, except newlines and tabs, and what is not
/// UTF-8. A '\r' before a newline becomes a blank. Without `is_utf8`, all that is not ASCII is
/// replaced: each byte of a character of UTF-8 could be a C1 there.
///
/// Returns how many bytes are done: all but those at the end that more bytes may complete.
static inline size_t printable_mask(char *data, size_t len, bool is_utf8)
{
    unsigned char *bytes = (unsigned char *)data;
    size_t at = 0;
    while (at < len) {
        uint32_t character = 0;
        bool is_read = bytes[at] < 0x80 || is_utf8;
        int num = is_read ? printable_read(bytes + at, len - at, &character) : 0;
        bool is_return = bytes[at] == '\r';
        bool is_layout = bytes[at] == '\n' || bytes[at] == '\t';
        if (num < 0 || (is_return && at + 1 == len))
            return at;
        if (is_return && bytes[at + 1] == '\n')
            bytes[at] = ' ';
        else if (num == 0 || (!printable_is_harmless(character) && !is_layout))
            memset(bytes + at, '?', num > 0 ? (size_t)num : 1);
        at += num > 0 ? (size_t)num : 1;
    }
    return at;
}

#endif
