// What reader.c shares with its two ways, direct.c and cursor.c.
#ifndef ARCHIVEFS_READER_PRIVATE_H
#define ARCHIVEFS_READER_PRIVATE_H

#include "cache.h"
#include "reader.h"

#define NUM_PLACES 4 // kept open for each way

struct direct;
struct cursors;

struct reader {
    struct image *image;
    struct cache *cache;
    struct direct *direct;
    struct cursors *cursors;
    struct reader *next; // of image->next
    bool keep_passed;    // small files that a cursor passes are kept
    char error[ERROR_TEXT_LEN];
};

// direct.c
struct direct *direct_create(struct reader *reader);
void direct_free(struct direct *direct);
__mustuse error_t direct_read(struct direct *direct, uint64_t pos, void *buf, size_t len);

// cursor.c
struct cursors *cursors_create(struct reader *reader);
void cursors_free(struct cursors *cursors);
__mustuse error_t cursors_read(struct cursors *cursors, const struct inode *inode, uint64_t offset,
                               void *buf, size_t len);

// Says why, for reader_error(), and returns `err`.
error_t reader_fail(struct reader *reader, error_t err, const char *why);

#endif
