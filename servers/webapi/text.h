// Text that grows.
#ifndef WEBAPI_TEXT_H
#define WEBAPI_TEXT_H

#include <oolong/types.h>
#include <stddef.h>

// {0} is an empty one. Running out of memory is remembered, and asked once at the end.
struct text {
    char *bytes;
    size_t len;
    size_t size;
    bool failed;
};

void text_add(struct text *text, const void *bytes, size_t len);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
// As a reader of HTML, or of a URL's path, must get it. Bytes that are no UTF-8, and controls, are
// U+FFFD in HTML.
void text_add_html(struct text *text, const char *value);
void text_add_url(struct text *text, const char *value);
void text_free(struct text *text);

#endif
