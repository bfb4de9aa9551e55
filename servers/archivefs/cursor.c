// Reads members through libarchive, for formats that compress or scatter contents. A cursor walks
// from header to header, only forward. To go back, a new one starts at the beginning.
#include "cursor.h"
#include <stdlib.h>
#include <string.h>
#include "scan.h"
#include "stream.h"

#define WINDOW_LEN   (1024u * 1024)
#define CACHE_KEY(n) ((uint64_t)1 << 63 | (n))
#define NO_ENTRY     (-1)

struct cursor {
    bool open;
    struct stream stream;
    int64_t ordinal;      // of the current header, or NO_ENTRY before the first
    uint64_t size;        // of the member, as its header says
    uint64_t pos;         // of the next byte to read, in the content
    const uint8_t *block; // libarchive's: the stored bytes from `block_at` on
    size_t block_len;     // its unread bytes; 0: no block
    uint64_t block_at;    // beyond `pos` if there is a hole
    bool ended;           // no more blocks
    uint64_t win_at;      // content position of the window's first byte
    size_t win_len;
    uint64_t last_used;
    uint8_t *window;
};

struct cursors {
    struct reader *reader;
    uint64_t clock;
    uint8_t *small; // SMALL_FILE_LEN bytes
    struct cursor cursors[NUM_PLACES];
};

struct cursors *cursors_create(struct reader *reader)
{
    struct cursors *cursors = calloc(1, sizeof(*cursors));
    if (!cursors)
        return NULL;
    cursors->reader = reader;
    cursors->small = malloc(SMALL_FILE_LEN);
    if (!cursors->small) {
        free(cursors);
        return NULL;
    }
    return cursors;
}

static void close_cursor(struct cursor *cursor)
{
    if (cursor->open)
        stream_close(&cursor->stream);
    free(cursor->window);
    *cursor = (struct cursor){0};
}

void cursors_free(struct cursors *cursors)
{
    if (!cursors)
        return;
    for (int i = 0; i < NUM_PLACES; i++)
        close_cursor(&cursors->cursors[i]);
    free(cursors->small);
    free(cursors);
}

static error_t fail(struct cursors *cursors, struct cursor *cursor)
{
    return reader_fail(cursors->reader, ERR_UNAVAILABLE, stream_error(&cursor->stream));
}

// Opens a cursor before the first header. It must not move in memory, because its stream has a
// pointer to itself.
static error_t open_cursor(struct cursors *cursors, struct cursor *cursor)
{
    close_cursor(cursor);
    cursor->window = malloc(WINDOW_LEN);
    if (!cursor->window)
        return reader_fail(cursors->reader, ERR_NO_MEMORY, "out of memory");
    error_t err =
        stream_open(&cursor->stream, cursors->reader->image, false, cursors->reader->error);
    if (IS_ERROR(err)) {
        close_cursor(cursor);
        return err;
    }
    cursor->open = true;
    cursor->ordinal = NO_ENTRY;
    return OK;
}

// The cursor with the shortest way to `offset` of member `ordinal`, or NULL.
static struct cursor *nearest_cursor(struct cursors *cursors, int64_t ordinal, uint64_t offset)
{
    struct cursor *best = NULL;
    for (int i = 0; i < NUM_PLACES; i++) {
        struct cursor *cursor = &cursors->cursors[i];
        if (!cursor->open || cursor->ordinal > ordinal)
            continue;
        if (cursor->ordinal == ordinal && cursor->win_at > offset)
            continue;
        if (!best || cursor->ordinal > best->ordinal ||
            (cursor->ordinal == best->ordinal && cursor->win_at > best->win_at))
            best = cursor;
    }
    return best;
}

static struct cursor *oldest_cursor(struct cursors *cursors)
{
    struct cursor *oldest = &cursors->cursors[0];
    for (int i = 1; i < NUM_PLACES; i++) {
        if (cursors->cursors[i].last_used < oldest->last_used)
            oldest = &cursors->cursors[i];
    }
    return oldest;
}

// Gets the next block if the current one is used up, unless the content has ended.
// (archive_read_data() does not find the end of a content that ends with a hole.)
static error_t need_block(struct cursors *cursors, struct cursor *cursor)
{
    while (cursor->block_len == 0 && !cursor->ended) {
        const void *block;
        size_t len = 0;
        la_int64_t at = 0;
        int result = archive_read_data_block(cursor->stream.archive, &block, &len, &at);
        cursor->ended = result == ARCHIVE_EOF;
        if (cursor->ended)
            break;
        if (result != ARCHIVE_OK)
            return fail(cursors, cursor);
        if (len > 0 && (at < 0 || (uint64_t)at < cursor->pos))
            return reader_fail(cursors->reader, ERR_UNAVAILABLE, "its pieces overlap");
        cursor->block = block;
        cursor->block_len = len;
        cursor->block_at = (uint64_t)at;
    }
    return OK;
}

// Reads `len` bytes of the current member. If its blocks end before, the rest is a hole. `last`:
// these are the last bytes, and asking for more makes libarchive verify the checksum.
static error_t read_content(struct cursors *cursors, struct cursor *cursor, void *buf, size_t len,
                            bool sparse, bool last)
{
    uint8_t *out = buf;
    while (len > 0) {
        OK_OR_RETURN(need_block(cursors, cursor));
        if (cursor->ended && !sparse)
            return reader_fail(cursors->reader, ERR_UNAVAILABLE, "the content ends too early");
        uint64_t hole = cursor->ended ? len : cursor->block_at - cursor->pos;
        size_t num = hole > 0 ? (size_t)MIN(hole, (uint64_t)len) : MIN(len, cursor->block_len);
        if (hole > 0) {
            memset(out, 0, num);
        } else {
            memcpy(out, cursor->block, num);
            cursor->block += num;
            cursor->block_len -= num;
            cursor->block_at += num;
        }
        cursor->pos += num;
        out += num;
        len -= num;
    }
    if (!last)
        return OK;
    OK_OR_RETURN(need_block(cursors, cursor));
    return cursor->ended
               ? OK
               : reader_fail(cursors->reader, ERR_UNAVAILABLE, "longer than its header says");
}

// Stores the current member in the cache if it is small. A later read reports errors.
static void keep_passed(struct cursors *cursors, struct cursor *cursor, struct archive_entry *entry)
{
    if (!cursors->reader->keep_passed || cursor->size == 0 || cursor->size > SMALL_FILE_LEN ||
        archive_entry_filetype(entry) != AE_IFREG)
        return;
    bool sparse = archive_entry_sparse_count(entry) > 0;
    if (read_content(cursors, cursor, cursors->small, cursor->size, sparse, true) == OK)
        cache_put(cursors->reader->cache, CACHE_KEY((uint64_t)cursor->ordinal), cursors->small,
                  cursor->size);
}

// Walks to header number `ordinal`.
static error_t walk_to(struct cursors *cursors, struct cursor *cursor, int64_t ordinal)
{
    struct archive_entry *entry;
    while (cursor->ordinal < ordinal) {
        int result = archive_read_next_header(cursor->stream.archive, &entry);
        if (result == ARCHIVE_EOF)
            return reader_fail(cursors->reader, ERR_UNAVAILABLE, "the archive has changed");
        if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
            return fail(cursors, cursor);
        cursor->ordinal++;
        cursor->pos = 0;
        cursor->block_len = 0;
        cursor->ended = false;
        cursor->win_at = 0;
        cursor->win_len = 0;
        cursor->size = (uint64_t)MAX(archive_entry_size(entry), (la_int64_t)0);
        if (cursor->ordinal < ordinal)
            keep_passed(cursors, cursor, entry);
    }
    return OK;
}

// Copies from the window, moving it forward as needed.
static error_t read_windowed(struct cursors *cursors, struct cursor *cursor,
                             const struct inode *inode, uint64_t offset, void *buf, size_t len)
{
    while (len > 0) {
        if (offset >= cursor->win_at + cursor->win_len) {
            uint64_t at = cursor->win_at + cursor->win_len;
            size_t n = (size_t)MIN(inode->size - at, (uint64_t)WINDOW_LEN);
            OK_OR_RETURN(read_content(cursors, cursor, cursor->window, n, inode->sparse,
                                      at + n == inode->size));
            cursor->win_at = at;
            cursor->win_len = n;
            continue;
        }
        size_t skip = (size_t)(offset - cursor->win_at);
        size_t n = MIN(len, cursor->win_len - skip);
        memcpy(buf, &cursor->window[skip], n);
        buf = (uint8_t *)buf + n;
        offset += n;
        len -= n;
    }
    return OK;
}

static error_t read_at_cursor(struct cursors *cursors, struct cursor *cursor,
                              const struct inode *inode, uint64_t offset, void *buf, size_t len)
{
    OK_OR_RETURN(walk_to(cursors, cursor, inode->ordinal));
    if (inode->size > SMALL_FILE_LEN)
        return read_windowed(cursors, cursor, inode, offset, buf, len);

    OK_OR_RETURN(read_content(cursors, cursor, cursors->small, inode->size, inode->sparse, true));
    cache_put(cursors->reader->cache, CACHE_KEY(inode->ordinal), cursors->small, inode->size);
    memcpy(buf, &cursors->small[offset], len);
    // The content is used up, so the cursor can only reach later members.
    cursor->win_at = inode->size;
    return OK;
}

error_t cursors_read(struct cursors *cursors, const struct inode *inode, uint64_t offset, void *buf,
                     size_t len)
{
    size_t kept_len;
    const uint8_t *kept = cache_get(cursors->reader->cache, CACHE_KEY(inode->ordinal), &kept_len);
    if (kept && offset + len <= kept_len) {
        memcpy(buf, &kept[offset], len);
        return OK;
    }

    // A small file is read from its start.
    uint64_t reach = inode->size > SMALL_FILE_LEN ? offset : 0;
    struct cursor *cursor = nearest_cursor(cursors, inode->ordinal, reach);
    if (!cursor) {
        cursor = oldest_cursor(cursors);
        OK_OR_RETURN(open_cursor(cursors, cursor));
    }
    cursor->last_used = ++cursors->clock;
    error_t err = read_at_cursor(cursors, cursor, inode, offset, buf, len);
    if (IS_ERROR(err))
        close_cursor(cursor);
    return err;
}
