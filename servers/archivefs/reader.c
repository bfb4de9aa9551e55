// Chooses how to read a member's content.
#include "reader.h"
#include <stdlib.h>
#include "cursor.h"
#include "direct.h"

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
    if (image->next)
        reader->next = reader_create(image->next, scan);
    if (!reader->cache || !reader->direct || !reader->cursors || (image->next && !reader->next)) {
        reader_free(reader);
        return NULL;
    }
    return reader;
}

void reader_free(struct reader *reader)
{
    if (!reader)
        return;
    reader_free(reader->next);
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
    struct reader *at = reader;
    for (uint8_t i = 0; i < inode->segment; i++)
        at = at->next;
    error_t err = inode->direct_at != INODE_NOT_DIRECT
                      ? direct_read(at->direct, inode->direct_at + offset, buf, len)
                      : cursors_read(at->cursors, inode, offset, buf, len);
    return IS_ERROR(err) && at != reader ? reader_fail(reader, err, at->error) : err;
}

const char *reader_error(const struct reader *reader)
{
    return reader->error;
}
