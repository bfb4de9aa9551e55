// UTF-8. Owns which characters a source file may contain.
#include "utf8.h"
#include <locale.h>
#include <wchar.h>

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

unsigned utf8_width(uint32_t character)
{
    static locale_t utf8;
    if (!utf8)
        utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
    if (!utf8 || character == '\t')
        return 1;
    locale_t old = uselocale(utf8);
    int width = wcwidth((wchar_t)character);
    uselocale(old);
    return width < 0 ? 1 : (unsigned)width;
}

const char *utf8_invisible(uint32_t character)
{
    static const struct {
        uint32_t first, last;
        const char *name;
    } names[] = {
        {0x00a0, 0x00a0, "NO-BREAK SPACE"},
        {0x00ad, 0x00ad, "SOFT HYPHEN"},
        {0x034f, 0x034f, "COMBINING GRAPHEME JOINER"},
        {0x061c, 0x061c, "ARABIC LETTER MARK"},
        {0x115f, 0x1160, "HANGUL FILLER"},
        {0x1680, 0x1680, "OGHAM SPACE MARK"},
        {0x180e, 0x180e, "MONGOLIAN VOWEL SEPARATOR"},
        {0x2000, 0x200a, "a SPACE of another width"},
        {0x200b, 0x200b, "ZERO WIDTH SPACE"},
        {0x200c, 0x200c, "ZERO WIDTH NON-JOINER"},
        {0x200d, 0x200d, "ZERO WIDTH JOINER"},
        {0x200e, 0x200e, "LEFT-TO-RIGHT MARK"},
        {0x200f, 0x200f, "RIGHT-TO-LEFT MARK"},
        {0x2028, 0x2028, "LINE SEPARATOR"},
        {0x2029, 0x2029, "PARAGRAPH SEPARATOR"},
        {0x202a, 0x202a, "LEFT-TO-RIGHT EMBEDDING"},
        {0x202b, 0x202b, "RIGHT-TO-LEFT EMBEDDING"},
        {0x202c, 0x202c, "POP DIRECTIONAL FORMATTING"},
        {0x202d, 0x202d, "LEFT-TO-RIGHT OVERRIDE"},
        {0x202e, 0x202e, "RIGHT-TO-LEFT OVERRIDE"},
        {0x202f, 0x202f, "NARROW NO-BREAK SPACE"},
        {0x205f, 0x205f, "MEDIUM MATHEMATICAL SPACE"},
        {0x2060, 0x2060, "WORD JOINER"},
        {0x2061, 0x2064, "an INVISIBLE OPERATOR"},
        {0x2066, 0x2066, "LEFT-TO-RIGHT ISOLATE"},
        {0x2067, 0x2067, "RIGHT-TO-LEFT ISOLATE"},
        {0x2068, 0x2068, "FIRST STRONG ISOLATE"},
        {0x2069, 0x2069, "POP DIRECTIONAL ISOLATE"},
        {0x3000, 0x3000, "IDEOGRAPHIC SPACE"},
        {0x3164, 0x3164, "HANGUL FILLER"},
        {0xfe00, 0xfe0f, "VARIATION SELECTOR"},
        {0xfeff, 0xfeff, "ZERO WIDTH NO-BREAK SPACE, a byte order mark"},
        {0xffa0, 0xffa0, "HALFWIDTH HANGUL FILLER"},
        {0xe0000, 0xe007f, "TAG"},
        {0xe0100, 0xe01ef, "VARIATION SELECTOR"},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (character >= names[i].first && character <= names[i].last)
            return names[i].name;
    }
    return NULL;
}
