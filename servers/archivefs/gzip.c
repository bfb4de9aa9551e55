// Decompression of gzip files. libarchive does not verify the checksum, and can only start at the
// beginning. This code verifies it. A pass over the whole file can note points at which later
// passes can start; a point has the 32 KiB before it, to which a deflate stream refers. So reading
// a member costs a bounded amount of decompression, in any order.
#include "gzip.h"
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define INPUT_LEN     (64 * 1024)
#define OUTPUT_LEN    (256 * 1024)
#define WINDOW_LEN    32768
#define POINTS_MAX    256
#define FIRST_SPACING (1024 * 1024)
#define GZIP_WRAPPED  (15 + 16) // inflateInit2(): header and trailer are read and verified
#define GZIP_RAW      (-15)
#define TRAILER_LEN   8

// A place between two blocks of a deflate stream.
struct gzip_point {
    uint64_t out; // decompressed position
    uint64_t in;  // position of the first compressed byte not used at all
    uint8_t bits; // number of unused upper bits of the byte before
    unsigned window_len;
    uint8_t *window; // the decompressed bytes before `out`
};

struct gzip_points {
    unsigned num;
    uint64_t spacing; // decompressed bytes between two, at least
    struct gzip_point points[POINTS_MAX];
};

struct gzip {
    const struct image *image;
    struct gzip_points *note; // NULL: not noting
    z_stream z;
    bool started; // z is initialised
    bool raw;     // started at a point, so zlib does not skip the trailer
    bool ended;
    uint64_t in; // position of the next compressed byte to read
    uint64_t out;
    uint8_t input[INPUT_LEN];
    uint8_t output[OUTPUT_LEN];
};

struct gzip_points *gzip_points_create(void)
{
    struct gzip_points *points = calloc(1, sizeof(*points));
    if (points)
        points->spacing = FIRST_SPACING;
    return points;
}

void gzip_points_free(struct gzip_points *points)
{
    if (!points)
        return;
    for (unsigned i = 0; i < points->num; i++)
        free(points->points[i].window);
    free(points);
}

static const struct gzip_point *nearest(const struct gzip_points *points, uint64_t offset)
{
    const struct gzip_point *best = NULL;
    for (unsigned i = 0; i < points->num && points->points[i].out <= offset; i++)
        best = &points->points[i];
    return best;
}

uint64_t gzip_points_nearest(const struct gzip_points *points, uint64_t offset)
{
    const struct gzip_point *point = nearest(points, offset);
    return point ? point->out : 0;
}

// Drops every second point.
static void thin_out(struct gzip_points *points)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < points->num; i++) {
        if (i % 2 == 1)
            points->points[kept++] = points->points[i];
        else
            free(points->points[i].window);
    }
    points->num = kept;
    points->spacing *= 2;
}

// Notes a point between two blocks, unless there is no memory.
static void note_point(struct gzip *gzip)
{
    struct gzip_points *points = gzip->note;
    uint64_t last = points->num > 0 ? points->points[points->num - 1].out : 0;
    if (gzip->out - last < points->spacing)
        return;
    if (points->num == POINTS_MAX)
        thin_out(points);

    struct gzip_point point = {
        .out = gzip->out,
        .in = gzip->in - gzip->z.avail_in,
        .bits = gzip->z.data_type & 7,
        .window = malloc(WINDOW_LEN),
    };
    if (!point.window)
        return;
    inflateGetDictionary(&gzip->z, point.window, &point.window_len);
    points->points[points->num++] = point;
}

static bool start_at_point(struct gzip *gzip, const struct gzip_point *point)
{
    gzip->raw = true;
    gzip->in = point->in;
    gzip->out = point->out;
    if (inflateInit2(&gzip->z, GZIP_RAW) != Z_OK)
        return false;
    gzip->started = true;
    if (point->bits > 0) {
        uint8_t byte;
        if (image_pread(gzip->image, &byte, 1, point->in - 1) != 1)
            return false;
        inflatePrime(&gzip->z, point->bits, byte >> (8 - point->bits));
    }
    return inflateSetDictionary(&gzip->z, point->window, point->window_len) == Z_OK;
}

struct gzip *gzip_open(struct image *image, uint64_t offset, bool note)
{
    struct gzip *gzip = malloc(sizeof(*gzip));
    if (!gzip)
        return NULL;
    memset(gzip, 0, offsetof(struct gzip, input));
    gzip->image = image;
    gzip->note = note ? image->points : NULL;

    const struct gzip_point *point = nearest(image->points, offset);
    bool ok;
    if (point) {
        ok = start_at_point(gzip, point);
    } else {
        ok = inflateInit2(&gzip->z, GZIP_WRAPPED) == Z_OK;
        gzip->started = ok;
    }
    if (!ok) {
        gzip_close(gzip);
        return NULL;
    }
    return gzip;
}

void gzip_close(struct gzip *gzip)
{
    if (!gzip)
        return;
    if (gzip->started)
        inflateEnd(&gzip->z);
    free(gzip);
}

// Reads until `len` bytes of input are ready or the file ends. Negative: unreadable.
static error_t need_input(struct gzip *gzip, size_t len)
{
    if (gzip->z.avail_in >= len)
        return OK;
    if (gzip->z.avail_in > 0)
        memmove(gzip->input, gzip->z.next_in, gzip->z.avail_in);
    ssize_t n = image_pread(gzip->image, &gzip->input[gzip->z.avail_in],
                            INPUT_LEN - gzip->z.avail_in, gzip->in);
    if (n < 0)
        return (error_t)n;
    gzip->z.next_in = gzip->input;
    gzip->z.avail_in += (unsigned)n;
    gzip->in += (uint64_t)n;
    return OK;
}

// Several gzip files may follow each other in one file. Other bytes behind them are ignored, as
// gzip(1) does, because some tools pad with zeros.
static error_t next_stream(struct gzip *gzip)
{
    if (gzip->raw) {
        OK_OR_RETURN(need_input(gzip, TRAILER_LEN));
        size_t skip = MIN(gzip->z.avail_in, (unsigned)TRAILER_LEN);
        gzip->z.next_in += skip;
        gzip->z.avail_in -= (unsigned)skip;
    }
    OK_OR_RETURN(need_input(gzip, 2));
    if (gzip->z.avail_in < 2 || gzip->z.next_in[0] != 0x1f || gzip->z.next_in[1] != 0x8b) {
        gzip->ended = true;
        return OK;
    }
    gzip->raw = false;
    return inflateReset2(&gzip->z, GZIP_WRAPPED) == Z_OK ? OK : ERR_UNAVAILABLE;
}

// One step of inflate(). Returns OK, or an error with its text.
static error_t step(struct gzip *gzip, const char **error)
{
    if (IS_ERROR(need_input(gzip, 1))) {
        *error = "cannot read the file";
        return ERR_UNAVAILABLE;
    }
    if (gzip->z.avail_in == 0) {
        *error = "truncated gzip file";
        return ERR_UNAVAILABLE;
    }

    unsigned before = gzip->z.avail_out;
    int result = inflate(&gzip->z, gzip->note ? Z_BLOCK : Z_NO_FLUSH);
    gzip->out += before - gzip->z.avail_out;
    if (result == Z_STREAM_END) {
        *error = "cannot read the file";
        return next_stream(gzip);
    }
    if (result != Z_OK && result != Z_BUF_ERROR) {
        *error = gzip->z.msg ? gzip->z.msg : "corrupt gzip file";
        return ERR_UNAVAILABLE;
    }
    // Bit 7: stopped after a block (or the header); bit 6: it was the last.
    if (gzip->note && (gzip->z.data_type & 0xc0) == 0x80)
        note_point(gzip);
    return OK;
}

ssize_t gzip_read(struct gzip *gzip, const void **data, const char **error)
{
    gzip->z.next_out = gzip->output;
    gzip->z.avail_out = OUTPUT_LEN;
    while (!gzip->ended && gzip->z.avail_out > 0) {
        error_t err = step(gzip, error);
        if (IS_ERROR(err))
            return err;
    }
    *data = gzip->output;
    return (ssize_t)(OUTPUT_LEN - gzip->z.avail_out);
}
