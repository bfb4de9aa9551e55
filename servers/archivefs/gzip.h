// Decompression of gzip files, with checksums verified and points to start again from.
#ifndef ARCHIVEFS_GZIP_H
#define ARCHIVEFS_GZIP_H

#include "image.h"

struct gzip;

struct gzip_points *gzip_points_create(void);
void gzip_points_free(struct gzip_points *points);
uint64_t gzip_points_nearest(const struct gzip_points *points, uint64_t offset);

// Starts at the point nearest to `offset`; `note` adds points on the way.
struct gzip *gzip_open(struct image *image, uint64_t offset, bool note);
void gzip_close(struct gzip *gzip);
ssize_t gzip_read(struct gzip *gzip, const void **data, const char **error);

#endif
