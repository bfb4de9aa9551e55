// Chooses the way to read a member's content.
#include "reader.h"
#include "reader_private.h"
#include <stdio.h>
#include <stdlib.h>

#define CACHE_BYTES (64u * 1024 * 1024)

struct reader *reader_create(struct image *image, const struct scan_result *scan)
{
    struct reader *reader = calloc(1, sizeof(*reader));
    if (!reader)
        return NULL;
    reader->image = image;
    reader->keep_passed = scan->solid || scan->small_size <= CACHE_BYTES;
    reader->cache = cache_create(CACHE_BYTES);
    reader->direct = direct_create(reader);
    reader->cursors = cursors_create(reader);
    if (!reader->cache || !reader->direct || !reader->cursors) {
        reader_free(reader);
        return NULL;
    }
    return reader;
}

void reader_free(struct reader *reader)
{
    if (!reader)
        return;
    direct_free(reader->direct);
    cursors_free(reader->cursors);
    cache_free(reader->cache);
    free(reader);
}

error_t reader_read(struct reader *reader, const struct inode *inode, uint64_t offset, void *buf,
                    size_t len)
{
    if (len == 0)
        return OK;
    if (inode->direct_at != INODE_NOT_DIRECT)
        return direct_read(reader->direct, inode->direct_at + offset, buf, len);
    return cursors_read(reader->cursors, inode, offset, buf, len);
}

error_t reader_fail(struct reader *reader, error_t err, const char *why)
{
    snprintf(reader->error, sizeof(reader->error), "%s", why);
    return err;
}

const char *reader_error(const struct reader *reader)
{
    return reader->error;
}
