// Decides which text a terminal may get: printable characters only. The launcher uses this for the
// output of tasks; tasks that have the terminal use it too.
#ifndef OOLONG_PRINTABLE_H
#define OOLONG_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/// Reads one character of UTF-8. Returns its length. 0: the bytes are not UTF-8. -1: the character
/// is incomplete.
static inline int printable_read(const unsigned char *text, size_t len, uint32_t *character)
{
    // The first character that needs each number of bytes.
    static const uint32_t first[] = {0, 0, 0x80, 0x800, 0x10000};
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

/// Whether the character is neither a control character (C0 or C1) nor one that changes the
/// direction of text.
static inline bool printable_is_harmless(uint32_t character)
{
    bool is_control = character < 0x20 || (character >= 0x7f && character < 0xa0);
    bool is_direction = (character >= 0x2028 && character <= 0x202e) ||
                        (character >= 0x2066 && character <= 0x2069);
    return !is_control && !is_direction;
}

/// Replaces each byte of unprintable characters and of invalid UTF-8 by '?'. Newlines and tabs
/// stay. A '\r' before a newline becomes a blank. Without `is_utf8`, all bytes that are not ASCII
/// are replaced, because such a terminal could take each for a C1 control character.
///
/// Returns the number of bytes that are done. An incomplete character at the end is not.
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
