// Owns one quirk: on AMD's Zen 3, glibc copies 4 KiB and more with `rep movsb`, which takes 25
// times as long when the target is 1 to 31 bytes past the source in their pages, because the
// processor takes each of its loads for one of the store before. (glibc's bugs 30994 and 30995;
// newer versions avoid it themselves.) What malloc() has of the kernel begins 16 bytes into a page,
// and a ring on one, so payloads come by it.

#include "copy.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <oolong/types.h>

#define PAGE     4096u
#define SLOW_MAX 31u
#define PIECE    1536u // below 2 KiB, where `rep movsb` begins with the shortest vectors

static bool is_slow(const void *to, const void *from, size_t len)
{
    size_t past = ((uintptr_t)to - (uintptr_t)from) % PAGE;
    return len >= PAGE && past >= 1 && past <= SLOW_MAX;
}

void copy_payload(void *to, const void *from, size_t len)
{
    size_t piece = is_slow(to, from, len) ? PIECE : len;
    for (size_t at = 0; at < len; at += piece)
        memcpy((uint8_t *)to + at, (const uint8_t *)from + at, MIN(piece, len - at));
}
