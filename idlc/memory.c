// Memory of one compilation. Owns what happens when there is none.
#include "memory.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BLOCK_LEN (64 * 1024)

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t len;
    max_align_t data[];
};

static void out_of_memory(void)
{
    fputs("idlc: error: out of memory\n", stderr);
    exit(1);
}

void *memory_alloc(size_t size)
{
    void *memory = malloc(size ? size : 1);
    if (!memory)
        out_of_memory();
    return memory;
}

void *memory_grow(void *memory, size_t size)
{
    void *grown = realloc(memory, size ? size : 1);
    if (!grown)
        out_of_memory();
    return grown;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        out_of_memory();
    size = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);

    struct arena_block *block = arena->blocks;
    if (!block || block->len - block->used < size) {
        size_t len = size > ARENA_BLOCK_LEN ? size : ARENA_BLOCK_LEN;
        block = memory_alloc(sizeof(*block) + len);
        block->next = arena->blocks;
        block->used = 0;
        block->len = len;
        arena->blocks = block;
    }

    void *memory = (char *)block->data + block->used;
    block->used += size;
    return memset(memory, 0, size);
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
    char *copy = arena_alloc(arena, len + 1);
    if (len)
        memcpy(copy, text, len);
    return copy;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    struct text text = {0};
    va_list args;
    va_start(args, format);
    text_vprintf(&text, format, args);
    va_end(args);
    char *copy = arena_strndup(arena, text.chars, text.len);
    text_free(&text);
    return copy;
}

void arena_free(struct arena *arena)
{
    while (arena->blocks) {
        struct arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
}

static void reserve(struct text *text, size_t more)
{
    if (more > SIZE_MAX / 4 || text->len > SIZE_MAX / 4)
        out_of_memory();
    size_t needed = text->len + more + 1;
    if (needed <= text->cap)
        return;
    size_t cap = text->cap ? text->cap * 2 : 256;
    while (cap < needed)
        cap *= 2;
    text->chars = memory_grow(text->chars, cap);
    text->cap = cap;
}

void text_append(struct text *text, const char *chars, size_t len)
{
    reserve(text, len);
    if (len)
        memcpy(text->chars + text->len, chars, len);
    text->len += len;
    text->chars[text->len] = '\0';
}

void text_puts(struct text *text, const char *chars)
{
    text_append(text, chars, strlen(chars));
}

void text_putc(struct text *text, char c)
{
    text_append(text, &c, 1);
}

void text_vprintf(struct text *text, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    if (len < 0)
        out_of_memory();
    reserve(text, (size_t)len);
    vsnprintf(text->chars + text->len, (size_t)len + 1, format, again);
    va_end(again);
    text->len += (size_t)len;
}

void text_printf(struct text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    text_vprintf(text, format, args);
    va_end(args);
}

void text_free(struct text *text)
{
    free(text->chars);
    *text = (struct text){0};
}
