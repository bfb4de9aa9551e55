// Decompression by libarchive's filters. Filters for which libarchive would start an external
// program, because it was built without their library, are left out. A task cannot start programs,
// and the first bytes of a file must not start one.
#include "filter.h"
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>

#define INPUT_LEN  (64 * 1024)
#define LAYERS_MAX 3 // rpm, and a compression or two

struct filter {
    const struct image *image;
    struct archive *archive; // reads one "member": all decompressed bytes
    uint64_t pos;            // of the next compressed byte
    uint8_t input[INPUT_LEN];
};

static struct {
    int (*enable)(struct archive *archive);
    bool usable;
} filters[] = {
    {.enable = archive_read_support_filter_gzip}, {.enable = archive_read_support_filter_bzip2},
    {.enable = archive_read_support_filter_xz},   {.enable = archive_read_support_filter_zstd},
    {.enable = archive_read_support_filter_lz4},  {.enable = archive_read_support_filter_lzma},
    {.enable = archive_read_support_filter_lzip}, {.enable = archive_read_support_filter_compress},
    {.enable = archive_read_support_filter_rpm},
};
#define NUM_FILTERS (sizeof(filters) / sizeof(filters[0]))

void filter_prepare(void)
{
    for (size_t i = 0; i < NUM_FILTERS; i++) {
        struct archive *probe = archive_read_new();
        // ARCHIVE_WARN means an external program.
        filters[i].usable = probe && filters[i].enable(probe) == ARCHIVE_OK;
        archive_read_free(probe);
    }
}

static la_ssize_t read_input(struct archive *archive, void *arg, const void **data)
{
    struct filter *filter = arg;
    ssize_t len = image_pread(filter->image, filter->input, INPUT_LEN, filter->pos);
    if (len < 0) {
        archive_set_error(archive, EIO, "cannot read the file");
        return ARCHIVE_FATAL;
    }
    filter->pos += (uint64_t)len;
    *data = filter->input;
    return len;
}

// Opens the file and goes to its one raw member. On failure the archive, if not NULL, has the
// reason.
static bool start(struct filter *filter)
{
    struct archive_entry *entry;
    filter->archive = archive_read_new();
    if (!filter->archive)
        return false;
    for (size_t i = 0; i < NUM_FILTERS; i++) {
        if (filters[i].usable)
            filters[i].enable(filter->archive);
    }
    archive_read_support_format_raw(filter->archive);
    archive_read_set_read_callback(filter->archive, read_input);
    archive_read_set_callback_data(filter->archive, filter);
    return archive_read_open1(filter->archive) == ARCHIVE_OK &&
           archive_read_next_header(filter->archive, &entry) == ARCHIVE_OK;
}

struct filter *filter_open(const struct image *image)
{
    struct filter *filter = malloc(sizeof(*filter));
    if (!filter)
        return NULL;
    filter->image = image;
    filter->pos = 0;
    if (!start(filter)) {
        filter_close(filter);
        return NULL;
    }
    return filter;
}

void filter_close(struct filter *filter)
{
    if (!filter)
        return;
    if (filter->archive)
        archive_read_free(filter->archive);
    free(filter);
}

ssize_t filter_read(struct filter *filter, const void **data, const char **error)
{
    size_t len = 0;
    la_int64_t offset;
    // An empty block does not mean the end.
    while (len == 0) {
        int result = archive_read_data_block(filter->archive, data, &len, &offset);
        if (result == ARCHIVE_EOF)
            return 0;
        if (result != ARCHIVE_OK) {
            const char *text = archive_error_string(filter->archive);
            *error = text ? text : "cannot decompress";
            return ERR_UNAVAILABLE;
        }
    }
    return (ssize_t)len;
}

error_t filter_detect(const struct image *image, enum image_kind *kind,
                      char error_text[ERROR_TEXT_LEN])
{
    error_t err = ERR_UNAVAILABLE;
    struct filter *filter = malloc(sizeof(*filter));
    if (!filter) {
        snprintf(error_text, ERROR_TEXT_LEN, "out of memory");
        return ERR_NO_MEMORY;
    }
    filter->image = image;
    filter->pos = 0;
    if (!start(filter)) {
        const char *text = filter->archive ? archive_error_string(filter->archive) : NULL;
        snprintf(error_text, ERROR_TEXT_LEN, "%s", text ? text : "cannot be opened");
        goto out;
    }

    // The last filter of the chain is the file itself.
    int count = archive_filter_count(filter->archive);
    int code = archive_filter_code(filter->archive, 0);
    if (count > 1 + LAYERS_MAX) {
        snprintf(error_text, ERROR_TEXT_LEN, "compressed %d times over, more than %d", count - 1,
                 LAYERS_MAX);
        goto out;
    }
    if (code == ARCHIVE_FILTER_NONE)
        *kind = IMAGE_PLAIN;
    else if (code == ARCHIVE_FILTER_GZIP && count == 2)
        *kind = IMAGE_GZIP;
    else
        *kind = IMAGE_FILTERED;
    err = OK;

out:
    filter_close(filter);
    return err;
}
