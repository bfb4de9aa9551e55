// The archive's file and how it is compressed.
#include "image.h"
#include "gzip.h"
#include "filter.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void image_prepare(void)
{
    filter_prepare();
}

ssize_t image_pread(const struct image *image, void *buf, size_t len, uint64_t offset)
{
    size_t done = 0;
    while (done < len) {
        ssize_t n = pread(image->fd, (char *)buf + done, len - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ERR_UNAVAILABLE;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    return (ssize_t)done;
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

    error_t err = filter_detect(image, &image->kind, error_text);
    if (err == OK && image->kind == IMAGE_GZIP) {
        image->points = gzip_points_create();
        if (!image->points) {
            snprintf(error_text, ERROR_TEXT_LEN, "out of memory");
            return ERR_NO_MEMORY;
        }
    }
    return err;
}

void image_close(struct image *image)
{
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
