// Text that grows.
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

void text_add_html(struct text *text, const char *value)
{
    for (const char *p = value; *p; p++) {
        switch (*p) {
        case '&':
            text_add(text, "&amp;", 5);
            break;
        case '<':
            text_add(text, "&lt;", 4);
            break;
        case '>':
            text_add(text, "&gt;", 4);
            break;
        case '"':
            text_add(text, "&quot;", 6);
            break;
        case '\'':
            text_add(text, "&#39;", 5);
            break;
        default:
            text_add(text, p, 1);
        }
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
