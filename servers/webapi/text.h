// A text buffer that grows.
#ifndef WEBAPI_TEXT_H
#define WEBAPI_TEXT_H

#include <oolong/types.h>
#include <stddef.h>

// An empty one is {0}. A failed allocation is remembered, so that callers check once, at the end.
struct text {
    char *bytes;
    size_t len;
    size_t size;
    bool failed;
};

void text_add(struct text *text, const void *bytes, size_t len);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
// Adds a text escaped for HTML, or for the path of a URL. In HTML, controls and bytes that are not
// UTF-8 become U+FFFD.
void text_add_html(struct text *text, const char *value);
void text_add_url(struct text *text, const char *value);
void text_free(struct text *text);

#endif
