// Memory of one compilation: an arena that is released at once, and growing text.
#ifndef IDLC_MEMORY_H
#define IDLC_MEMORY_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena_block;
struct arena {
    struct arena_block *blocks;
};

// Returns zeroed memory that lasts until arena_free(). Never NULL: when memory runs out, the
// compiler ends with a message. No output is lost by that, because it is written at the very end.
void *arena_alloc(struct arena *arena, size_t size);
char *arena_strndup(struct arena *arena, const char *text, size_t len);
__attribute__((format(printf, 2, 3))) char *arena_printf(struct arena *arena, const char *format,
                                                         ...);
void arena_free(struct arena *arena);

// Text that grows. `chars` is NULL while the text is empty, and NUL-terminated afterwards. The
// owner frees it with text_free().
struct text {
    char *chars;
    size_t len;
    size_t cap;
};

void text_append(struct text *text, const char *chars, size_t len);
void text_puts(struct text *text, const char *chars);
void text_putc(struct text *text, char c);
__attribute__((format(printf, 2, 3))) void text_printf(struct text *text, const char *format, ...);
void text_vprintf(struct text *text, const char *format, va_list args);
void text_free(struct text *text);

// malloc and realloc that do not fail.
void *memory_alloc(size_t size);
void *memory_grow(void *memory, size_t size);

#endif
