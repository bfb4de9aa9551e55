// Opening the archive's file.
#include "image_open.h"
#include "filter.h"
#include "gzip.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ZIP_COMMENT_MAX 65535u

// Any file may expand to this size, because small files may compress very well.
#define EXPANDS_TO (16ull << 30)
#define EXPANDS_BY 1024u

// The end of a zip archive without its comment, because libarchive searches only the last 16 KiB
// for the end. For other files, the size.
static uint64_t size_without_comment(const struct image *image)
{
    static uint8_t tail[ZIP_END_LEN + ZIP_COMMENT_MAX];
    size_t len = (size_t)MIN(image->size, (uint64_t)sizeof(tail));
    if (image_pread(image, tail, len, image->size - len) != (ssize_t)len)
        return image->size;
    for (size_t comment = 0; comment + ZIP_END_LEN <= len; comment++) {
        const uint8_t *end = &tail[len - comment - ZIP_END_LEN];
        if (memcmp(end, "PK\5\6", 4) == 0 && (size_t)(end[20] | end[21] << 8) == comment)
            return image->size - comment;
    }
    return image->size;
}

// Sets the kind of compression and the fields that depend on it.
static error_t examine(struct image *image, char error_text[ERROR_TEXT_LEN])
{
    image->expands_max = EXPANDS_TO + image->size * EXPANDS_BY;
    error_t err = filter_detect(image, &image->kind, error_text);
    if (err == OK && image->kind == IMAGE_PLAIN)
        image->size = size_without_comment(image);
    if (err == OK && image->kind == IMAGE_GZIP) {
        image->points = gzip_points_create();
        if (!image->points) {
            snprintf(error_text, ERROR_TEXT_LEN, "out of memory");
            return ERR_NO_MEMORY;
        }
    }
    return err;
}

error_t image_open(struct image *image, int fd, char error_text[ERROR_TEXT_LEN])
{
    struct stat st;
    *image = (struct image){.fd = fd};
    if (fstat(fd, &st) < 0) {
        snprintf(error_text, ERROR_TEXT_LEN, "%s", strerror(errno));
        return ERR_UNAVAILABLE;
    }
    if (!S_ISREG(st.st_mode)) {
        snprintf(error_text, ERROR_TEXT_LEN, "not a regular file");
        return ERR_UNAVAILABLE;
    }
    if (st.st_size == 0) {
        snprintf(error_text, ERROR_TEXT_LEN, "the file is empty");
        return ERR_UNAVAILABLE;
    }
    image->size = (uint64_t)st.st_size;
    return examine(image, error_text);
}

// The position of the first byte from `at` on that is not zero, or the end if that is too far away.
static uint64_t skip_zeros(const struct image *image, uint64_t at)
{
    static uint8_t chunk[64 * 1024];
    uint64_t end = MIN(image->size, at + PADDING_MAX);
    while (at < end) {
        ssize_t len = image_pread(image, chunk, sizeof(chunk), at);
        if (len <= 0)
            break;
        for (ssize_t i = 0; i < len; i++) {
            if (chunk[i] != 0)
                return at + (uint64_t)i;
        }
        at += (uint64_t)len;
    }
    return image->size;
}

error_t image_open_next(struct image *image, uint64_t end)
{
    char error_text[ERROR_TEXT_LEN];
    if (image->kind != IMAGE_PLAIN)
        return ERR_NOT_FOUND;
    uint64_t at = skip_zeros(image, end);
    if (at >= image->size)
        return ERR_NOT_FOUND;
    struct image *next = calloc(1, sizeof(*next));
    if (!next)
        return ERR_NO_MEMORY;
    next->fd = image->fd;
    next->base = image->base + at;
    next->size = image->size - at;
    image->next = next;
    error_t err = examine(next, error_text);
    if (IS_ERROR(err))
        image_close_next(image);
    return IS_OK(err) || err == ERR_NO_MEMORY ? err : ERR_NOT_FOUND;
}

void image_close_next(struct image *image)
{
    if (image->next)
        image_close(image->next);
    free(image->next);
    image->next = NULL;
}

void image_close(struct image *image)
{
    image_close_next(image);
    gzip_points_free(image->points);
    image->points = NULL;
}

uint64_t image_nearest(const struct image *image, uint64_t offset)
{
    switch (image->kind) {
    case IMAGE_PLAIN:
        return MIN(offset, image->size);
    case IMAGE_GZIP:
        return gzip_points_nearest(image->points, offset);
    default:
        return 0;
    }
}
