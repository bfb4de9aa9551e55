// Which bytes may be the name of a service. Names are printed in tables, logs and terminals.
#include "internal.h"

// Characters that are not allowed in a name, besides surrogates: controls, line and paragraph
// separators, marks that turn or hide text, and code points that are no characters.
static const struct range {
    uint32_t first, last;
} unprintable[] = {
    {0x0000, 0x001f}, {0x007f, 0x009f}, {0x00ad, 0x00ad},   {0x061c, 0x061c},
    {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},   {0xfdd0, 0xfdef},
    {0xfeff, 0xfeff}, {0xfff0, 0xfffb}, {0xe0000, 0xe0fff},
};

static bool is_printable(uint32_t c)
{
    if (c > 0x10ffff || (c & 0xfffe) == 0xfffe || (c >= 0xd800 && c <= 0xdfff))
        return false;
    for (size_t i = 0; i < sizeof(unprintable) / sizeof(unprintable[0]); i++) {
        if (c >= unprintable[i].first && c <= unprintable[i].last)
            return false;
    }
    return true;
}

// Returns the bytes of the character at the start of `s`, 0 if it is none or not printable.
static size_t decode(const uint8_t *s, size_t len)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = s[0] < 0x80 ? 1 : s[0] < 0xc0 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    if (n == 0 || n > len || s[0] >= 0xf8)
        return 0;
    uint32_t c = n == 1 ? s[0] : s[0] & (0x7f >> n);
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (s[i] & 0x3f);
    }
    return c >= smallest[n] && is_printable(c) ? n : 0;
}

bool vm_name_is_valid(const char *name, size_t len)
{
    if (len == 0 || len >= VM_NAME_LEN)
        return false;
    for (size_t i = 0; i < len;) {
        size_t n = decode((const uint8_t *)name + i, len - i);
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}
