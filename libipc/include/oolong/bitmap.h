// Bitmaps in arrays of bytes: `uint8_t map[BITMAP_SIZE(nbits)]`.
#ifndef OOLONG_BITMAP_H
#define OOLONG_BITMAP_H

#include <string.h>
#include <oolong/types.h>

#define BITS_PER_BYTE      8
#define BITMAP_SIZE(nbits) (((nbits) + BITS_PER_BYTE - 1) / BITS_PER_BYTE)

/// Sets the first `size` bytes of the map to all zeros or all ones.
static inline void bitmap_fill(uint8_t *bitmap, size_t size, int value)
{
    memset(bitmap, value ? 0xff : 0, size);
}

/// `index` and `size` are as bitmap_fill() and BITMAP_SIZE() have them; beyond the map bits read 0
/// and writes do nothing.
static inline int bitmap_get(uint8_t *bitmap, size_t size, size_t index)
{
    return index / 8 < size && (bitmap[index / 8] >> (index % 8) & 1);
}
static inline void bitmap_set(uint8_t *bitmap, size_t size, size_t index)
{
    if (index / 8 < size)
        bitmap[index / 8] |= OOLONG_CAST(uint8_t, 1 << (index % 8));
}
static inline void bitmap_clear(uint8_t *bitmap, size_t size, size_t index)
{
    if (index / 8 < size)
        bitmap[index / 8] &= OOLONG_CAST(uint8_t, ~(1 << (index % 8)));
}

#endif
