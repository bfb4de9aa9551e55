// Decompresses with libarchive's filters, and finds out which are needed.
#ifndef ARCHIVEFS_FILTER_H
#define ARCHIVEFS_FILTER_H

#include "image.h"

struct filter;

void filter_prepare(void);

// Finds out how a file is compressed.
//
// ERR_UNAVAILABLE: cannot be read, or its compression is broken from the start.
__mustuse error_t filter_detect(const struct image *image, enum image_kind *kind,
                                char error_text[ERROR_TEXT_LEN]);

struct filter *filter_open(const struct image *image);
void filter_close(struct filter *filter);
ssize_t filter_read(struct filter *filter, const void **data, const char **error);

#endif
