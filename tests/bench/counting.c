// Counts allocations and copies. The linker redirects the calls of the task and of libipc to this
// file (-Wl,--wrap). Messages are 256 bytes, so larger copies are of payloads.
#include "counting.h"
#include <stddef.h>

#define PAYLOAD_LEN 1024

struct counting counting;

// The linker provides these __real_ names for the calls that it wraps.
// NOLINTBEGIN(bugprone-reserved-identifier)
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_memcpy(void *to, const void *from, size_t len);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_memcpy(void *to, const void *from, size_t len);

void *__wrap_malloc(size_t size)
{
    counting.allocations++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    counting.allocations++;
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    counting.allocations++;
    return __real_realloc(old, size);
}

void *__wrap_memcpy(void *to, const void *from, size_t len)
{
    counting.copies += len >= PAYLOAD_LEN;
    return __real_memcpy(to, from, len);
}
// NOLINTEND(bugprone-reserved-identifier)
