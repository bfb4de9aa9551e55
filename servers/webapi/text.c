// A text buffer that grows: see text.h.
#include "text.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(struct text *text, size_t len)
{
    if (text->failed)
        return false;
    if (text->len + len + 1 <= text->size)
        return true;
    size_t size = MAX(text->len + len + 1, text->size * 2);
    char *bytes = realloc(text->bytes, size);
    if (!bytes) {
        text->failed = true;
        return false;
    }
    text->bytes = bytes;
    text->size = size;
    return true;
}

void text_add(struct text *text, const void *bytes, size_t len)
{
    if (!reserve(text, len))
        return;
    memcpy(text->bytes + text->len, bytes, len);
    text->len += len;
    text->bytes[text->len] = '\0';
}

void text_printf(struct text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len < 0 || !reserve(text, (size_t)len))
        return;
    va_start(args, format);
    vsnprintf(text->bytes + text->len, (size_t)len + 1, format, args);
    va_end(args);
    text->len += (size_t)len;
}

// Returns the length of the UTF-8 character at `p`; the text ends with a NUL. 0: the bytes are not
// UTF-8 (nor are surrogates and overlong forms), or the character is a control.
static size_t utf8_len(const uint8_t *p)
{
    if (*p < 0x80)
        return *p >= ' ' && *p != 0x7f;
    size_t len = *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2;
    uint32_t code = *p & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (p[i] & 0x3fu);
    }
    static const uint32_t least[] = {0, 0, 0xa0, 0x800, 0x10000}; // below 0xa0: controls
    return *p < 0xc2 || code < least[len] || (code >= 0xd800 && code < 0xe000) || code > 0x10ffff
               ? 0
               : len;
}

void text_add_html(struct text *text, const char *value)
{
    for (const char *p = value; *p;) {
        size_t len = utf8_len((const uint8_t *)p);
        const char *quoted = NULL;
        switch (*p) {
        case '&':
            quoted = "&amp;";
            break;
        case '<':
            quoted = "&lt;";
            break;
        case '>':
            quoted = "&gt;";
            break;
        case '"':
            quoted = "&quot;";
            break;
        case '\'':
            quoted = "&#39;";
            break;
        default:
            quoted = len > 0 ? NULL : "\xef\xbf\xbd"; // U+FFFD
        }
        if (quoted)
            text_add(text, quoted, strlen(quoted));
        else
            text_add(text, p, len);
        p += len > 0 ? len : 1;
    }
}

void text_add_url(struct text *text, const char *value)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    for (const char *p = value; *p; p++) {
        if (strchr(plain, *p))
            text_add(text, p, 1);
        else
            text_printf(text, "%%%02X", (unsigned char)*p);
    }
}

void text_free(struct text *text)
{
    free(text->bytes);
    *text = (struct text){0};
}
