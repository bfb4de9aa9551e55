// Reading the archive's file.
#include "image.h"
#include <errno.h>
#include <unistd.h>

ssize_t image_pread(const struct image *image, void *buf, size_t len, uint64_t offset)
{
    size_t done = 0;
    len = offset < image->size ? (size_t)MIN((uint64_t)len, image->size - offset) : 0;
    while (done < len) {
        ssize_t n =
            pread(image->fd, (char *)buf + done, len - done, (off_t)(image->base + offset + done));
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
