// A reader's state, for its two ways of reading, direct.c and cursor.c.
#ifndef ARCHIVEFS_READING_H
#define ARCHIVEFS_READING_H

#include <stdio.h>
#include "cache.h"
#include "image.h"

#define NUM_PLACES 4 // kept open for each way

struct reader {
    struct image *image;
    struct cache *cache;
    struct direct *direct;
    struct cursors *cursors;
    struct reader *next; // of image->next
    bool keep_passed;    // small files that a cursor passes are kept
    char error[ERROR_TEXT_LEN];
};

// Keeps `why` for reader_error(), and returns `err`.
static inline error_t reader_fail(struct reader *reader, error_t err, const char *why)
{
    snprintf(reader->error, sizeof(reader->error), "%s", why);
    return err;
}

#endif
