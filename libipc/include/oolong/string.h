// String helpers beyond the C library. Includes nothing of the C library's but types, because
// system headers include <string.h>, behind which servers find this file.
#ifndef OOLONG_STRING_H
#define OOLONG_STRING_H

#include <strings.h> // bzero
#include <oolong/types.h>

/// Copies at most `size` - 1 bytes of `src` and always terminates, unless `size` is 0. Returns
/// `dst`.
static inline char *strncpy2(char *dst, const char *src, size_t size)
{
    size_t i = 0;
    if (size == 0)
        return dst;
    for (; i + 1 < size && src[i] != '\0'; i++)
        dst[i] = src[i];
    dst[i] = '\0';
    return dst;
}

#endif
