// Byte order helpers.
#ifndef OOLONG_ENDIAN_H
#define OOLONG_ENDIAN_H

#include <oolong/types.h>

static inline uint16_t swap16(uint16_t x)
{
    return __builtin_bswap16(x);
}
static inline uint32_t swap32(uint32_t x)
{
    return __builtin_bswap32(x);
}
static inline uint64_t swap64(uint64_t x)
{
    return __builtin_bswap64(x);
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define OOLONG_TO_BE(bits, x) swap##bits(x)
#define OOLONG_TO_LE(bits, x) (x)
#else
#define OOLONG_TO_BE(bits, x) (x)
#define OOLONG_TO_LE(bits, x) swap##bits(x)
#endif

static inline uint16_t ntoh16(uint16_t x)
{
    return OOLONG_TO_BE(16, x);
}
static inline uint32_t ntoh32(uint32_t x)
{
    return OOLONG_TO_BE(32, x);
}
static inline uint16_t hton16(uint16_t x)
{
    return OOLONG_TO_BE(16, x);
}
static inline uint32_t hton32(uint32_t x)
{
    return OOLONG_TO_BE(32, x);
}
static inline uint16_t into_le16(uint16_t x)
{
    return OOLONG_TO_LE(16, x);
}
static inline uint32_t into_le32(uint32_t x)
{
    return OOLONG_TO_LE(32, x);
}
static inline uint64_t into_le64(uint64_t x)
{
    return OOLONG_TO_LE(64, x);
}
static inline uint16_t from_le16(uint16_t x)
{
    return OOLONG_TO_LE(16, x);
}
static inline uint32_t from_le32(uint32_t x)
{
    return OOLONG_TO_LE(32, x);
}
static inline uint64_t from_le64(uint64_t x)
{
    return OOLONG_TO_LE(64, x);
}

#endif
