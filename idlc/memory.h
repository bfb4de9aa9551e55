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

// Zeroed memory that lives until arena_free(). Never NULL: the compiler ends with a message when
// memory runs out, since nothing is written before all of the output is ready.
void *arena_alloc(struct arena *arena, size_t size);
char *arena_strndup(struct arena *arena, const char *text, size_t len);
__attribute__((format(printf, 2, 3))) char *arena_printf(struct arena *arena, const char *format,
                                                         ...);
void arena_free(struct arena *arena);

// Text that grows. `chars` is NULL while it is empty, and NUL-terminated afterwards. The owner
// releases it with text_free().
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
