// See memory.h.
#include "memory.h"
#include <stdlib.h>
#include <string.h>

#define RESERVE (256 << 10)

static void *reserve;
static size_t short_of;

bool memory_reserve(void)
{
    reserve = malloc(RESERVE);
    return reserve != NULL;
}

size_t memory_was_short_of(void)
{
    return short_of;
}

// Frees the reserve; the caller tries again. Without a reserve, exits.
static void use_reserve(size_t size)
{
    if (!reserve) {
        fprintf(stderr, "oolong: out of memory: cannot allocate %zu bytes\n", size);
        exit(1);
    }
    free(reserve);
    reserve = NULL;
    short_of = size ? size : 1;
}

void *xcalloc(size_t num, size_t size)
{
    void *pointer;
    while (!(pointer = calloc(num, size)))
        use_reserve(num * size);
    return pointer;
}

void *xreallocarray(void *old, size_t num, size_t size)
{
    void *pointer;
    while (!(pointer = reallocarray(old, num, size)))
        use_reserve(num * size);
    return pointer;
}

char *xstrdup(const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(xcalloc(1, size), text, size);
}

char *xvasprintf(const char *format, va_list args)
{
    va_list copy;
    va_copy(copy, args);
    int len = vsnprintf(NULL, 0, format, copy);
    va_end(copy);
    char *text = xcalloc(1, (size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, format, args);
    return text;
}

char *xasprintf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = xvasprintf(format, args);
    va_end(args);
    return text;
}

char *xprint(void (*write)(FILE *out))
{
    for (;;) {
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        if (out)
            write(out);
        bool is_whole = out && !ferror(out);
        if (out && fclose(out) == 0 && is_whole)
            return text;
        free(text);
        use_reserve(size);
    }
}
