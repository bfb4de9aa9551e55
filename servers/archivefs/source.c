// Sources. A plain file is read in pieces; gzip.c and filter.c read others.
#include "source.h"
#include "filter.h"
#include "gzip.h"
#include "image_open.h"
#include <stdio.h>
#include <stdlib.h>

// A reader may need little after a seek, but much in a sequential read.
#define FIRST_CHUNK_LEN (8u * 1024)
#define PLAIN_CHUNK_LEN (256u * 1024)

struct source {
    const struct image *image;
    uint64_t pos;
    struct gzip *gzip;
    struct filter *filter;
    uint8_t *chunk; // IMAGE_PLAIN
    size_t chunk_len;
    const char *error;
};

struct source *source_open(struct image *image, uint64_t offset, bool note)
{
    struct source *source = calloc(1, sizeof(*source));
    if (!source)
        return NULL;
    source->image = image;
    source->pos = image_nearest(image, offset);
    source->error = "no error";

    bool opened = false;
    switch (image->kind) {
    case IMAGE_PLAIN:
        source->chunk = malloc(PLAIN_CHUNK_LEN);
        source->chunk_len = FIRST_CHUNK_LEN;
        opened = source->chunk != NULL;
        break;
    case IMAGE_GZIP:
        source->gzip = gzip_open(image, offset, note);
        opened = source->gzip != NULL;
        break;
    case IMAGE_FILTERED:
        source->filter = filter_open(image);
        opened = source->filter != NULL;
        break;
    }
    if (!opened) {
        source_close(source);
        return NULL;
    }
    return source;
}

void source_close(struct source *source)
{
    if (!source)
        return;
    gzip_close(source->gzip);
    filter_close(source->filter);
    free(source->chunk);
    free(source);
}

uint64_t source_pos(const struct source *source)
{
    return source->pos;
}

static ssize_t read_plain(struct source *source, const void **data)
{
    ssize_t len = image_pread(source->image, source->chunk, source->chunk_len, source->pos);
    source->chunk_len = MIN(source->chunk_len * 2, PLAIN_CHUNK_LEN);
    if (len < 0)
        source->error = "cannot read the file";
    *data = source->chunk;
    return len;
}

ssize_t source_read(struct source *source, const void **data)
{
    ssize_t len;
    switch (source->image->kind) {
    case IMAGE_PLAIN:
        len = read_plain(source, data);
        break;
    case IMAGE_GZIP:
        len = gzip_read(source->gzip, data, &source->error);
        break;
    default:
        len = filter_read(source->filter, data, &source->error);
        break;
    }
    if (len > 0)
        source->pos += (uint64_t)len;
    if (source->image->kind != IMAGE_PLAIN && source->pos > source->image->expands_max) {
        source->error = "it is small and expands without end";
        return ERR_UNAVAILABLE;
    }
    return len;
}

void source_seek(struct source *source, uint64_t offset)
{
    source->pos = MIN(offset, source->image->size);
    source->chunk_len = FIRST_CHUNK_LEN;
}

const char *source_error(const struct source *source)
{
    return source->error;
}
