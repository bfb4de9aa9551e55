// Reads ranges of the decompressed bytes of an archive. Blocks on the way to a range are stored in
// the cache, because they belong to files that are likely to be read next.
#include "direct.h"
#include <stdlib.h>
#include <string.h>
#include "image_open.h"
#include "source.h"

#define BLOCK_LEN (64u * 1024)

// A source, and the bytes that it gave last.
struct place {
    struct source *source;
    const uint8_t *data; // the unused bytes from `data_at` on
    size_t data_len;
    uint64_t data_at;
    uint64_t last_used;
};

struct direct {
    struct reader *reader;
    uint64_t clock;
    struct place places[NUM_PLACES];
    uint8_t block[BLOCK_LEN];
};

struct direct *direct_create(struct reader *reader)
{
    struct direct *direct = calloc(1, sizeof(*direct));
    if (direct)
        direct->reader = reader;
    return direct;
}

void direct_free(struct direct *direct)
{
    if (!direct)
        return;
    for (int i = 0; i < NUM_PLACES; i++)
        source_close(direct->places[i].source);
    free(direct);
}

// Gets the next bytes of a place, at least one.
static error_t refill(struct direct *direct, struct place *place)
{
    if (place->data_len > 0)
        return OK;
    const void *data;
    uint64_t pos = source_pos(place->source);
    ssize_t len = source_read(place->source, &data);
    if (len < 0)
        return reader_fail(direct->reader, (error_t)len, source_error(place->source));
    if (len == 0)
        return reader_fail(direct->reader, ERR_UNAVAILABLE, "the archive ends too early");
    place->data = data;
    place->data_len = (size_t)len;
    place->data_at = pos;
    return OK;
}

static void take(struct place *place, size_t len)
{
    place->data += len;
    place->data_len -= len;
    place->data_at += len;
}

// The nearest open place before `pos`, or a new one if that starts nearer.
static struct place *choose(struct direct *direct, uint64_t pos)
{
    struct place *best = NULL, *victim = &direct->places[0];
    for (int i = 0; i < NUM_PLACES; i++) {
        struct place *place = &direct->places[i];
        if (place->source && place->data_at <= pos && (!best || place->data_at > best->data_at))
            best = place;
        if (place->last_used < victim->last_used)
            victim = place;
    }
    uint64_t nearest = image_nearest(direct->reader->image, pos);
    if (best && best->data_at >= nearest)
        return best;

    source_close(victim->source);
    *victim = (struct place){.source = source_open(direct->reader->image, pos, false)};
    if (!victim->source)
        return NULL;
    victim->data_at = source_pos(victim->source);
    return victim;
}

// Reads the block at `start` into direct->block; the last one of the archive may be short.
static error_t read_block(struct direct *direct, struct place *place, uint64_t start, size_t need)
{
    size_t len = 0;
    while (len < BLOCK_LEN) {
        error_t err = refill(direct, place);
        if (IS_ERROR(err) && len >= need)
            break;
        OK_OR_RETURN(err);
        if (place->data_at < start) {
            take(place, MIN(place->data_len, start - place->data_at));
            continue;
        }
        size_t n = MIN(place->data_len, BLOCK_LEN - len);
        memcpy(&direct->block[len], place->data, n);
        take(place, n);
        len += n;
    }
    cache_put(direct->reader->cache, start, direct->block, len);
    return OK;
}

// Loads the block at `start` into direct->block. At least its first `need` bytes must exist.
static error_t fetch_block(struct direct *direct, uint64_t start, size_t need)
{
    size_t len;
    const void *kept = cache_get(direct->reader->cache, start, &len);
    if (kept && len >= need) {
        memcpy(direct->block, kept, len);
        return OK;
    }

    struct place *place = choose(direct, start);
    if (!place)
        return reader_fail(direct->reader, ERR_NO_MEMORY, "out of memory");
    place->last_used = ++direct->clock;
    uint64_t at = ALIGN_UP(place->data_at, BLOCK_LEN);
    error_t err = OK;
    for (; at <= start && err == OK; at += BLOCK_LEN)
        err = read_block(direct, place, at, at == start ? need : BLOCK_LEN);
    if (IS_ERROR(err)) {
        source_close(place->source);
        *place = (struct place){0};
    }
    return err;
}

static error_t read_plain(struct direct *direct, uint64_t pos, void *buf, size_t len)
{
    ssize_t n = image_pread(direct->reader->image, buf, len, pos);
    if (n < 0)
        return reader_fail(direct->reader, ERR_UNAVAILABLE, "cannot read the file");
    if ((size_t)n < len)
        return reader_fail(direct->reader, ERR_UNAVAILABLE, "the archive ends too early");
    return OK;
}

error_t direct_read(struct direct *direct, uint64_t pos, void *buf, size_t len)
{
    if (direct->reader->image->kind == IMAGE_PLAIN)
        return read_plain(direct, pos, buf, len);

    while (len > 0) {
        uint64_t start = ALIGN_DOWN(pos, BLOCK_LEN);
        size_t skip = (size_t)(pos - start);
        size_t n = MIN(len, BLOCK_LEN - skip);
        OK_OR_RETURN(fetch_block(direct, start, skip + n));
        memcpy(buf, &direct->block[skip], n);
        buf = (uint8_t *)buf + n;
        pos += n;
        len -= n;
    }
    return OK;
}
