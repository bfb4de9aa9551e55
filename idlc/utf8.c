// UTF-8. Owns which characters a source file may hold.
#include "utf8.h"

size_t utf8_decode(const char *chars, size_t len, uint32_t *character)
{
    unsigned char first = (unsigned char)chars[0];
    if (first < 0x80) {
        *character = first;
        return 1;
    }
    size_t needed = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || len < needed)
        return 0;
    uint32_t value = first & (0x7fu >> needed);
    for (size_t i = 1; i < needed; i++) {
        unsigned char next = (unsigned char)chars[i];
        if ((next & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (next & 0x3f);
    }
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < smallest[needed] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 0;
    *character = value;
    return needed;
}

bool utf8_is_plain(uint32_t c)
{
    if (c < 0x20)
        return c == '\t' || c == '\n' || c == '\r';
    if (c >= 0x7f && c < 0xa0)
        return false;
    bool is_bidi = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    bool is_line_end = c == 0x2028 || c == 0x2029;
    return !is_bidi && !is_line_end;
}
