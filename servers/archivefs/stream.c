// One pass of libarchive over an image: chooses the formats and supplies the bytes.
#include "stream.h"
#include <stdio.h>
#include <string.h>

// Reads the next bytes, and notes the end of the last byte that is not zero.
static ssize_t read_chunk(struct stream *stream, const void **data)
{
    uint64_t pos = source_pos(stream->source);
    ssize_t len = source_read(stream->source, data);
    const uint8_t *bytes = *data;
    bool is_zero = len <= 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, (size_t)len - 1) == 0);
    size_t end = is_zero ? 0 : (size_t)len;
    while (end > 0 && bytes[end - 1] == 0)
        end--;
    if (end > 0)
        stream->content_end = MAX(stream->content_end, pos + end);
    return len;
}

static la_ssize_t read_source(struct archive *archive, void *arg, const void **data)
{
    struct stream *stream = arg;
    ssize_t len = read_chunk(stream, data);
    if (len < 0) {
        stream->failed = true;
        archive_set_error(archive, EIO, "%s", source_error(stream->source));
        return ARCHIVE_FATAL;
    }
    return len;
}

// Stops at the end, so that libarchive sees that the file is truncated.
static la_int64_t skip_source(struct archive *archive, void *arg, la_int64_t request)
{
    (void)archive;
    struct stream *stream = arg;
    uint64_t pos = source_pos(stream->source);
    uint64_t left = stream->image->size - pos;
    uint64_t skipped = MIN((uint64_t)MAX(request, (la_int64_t)0), left);
    source_seek(stream->source, pos + skipped);
    return (la_int64_t)skipped;
}

static la_int64_t seek_source(struct archive *archive, void *arg, la_int64_t offset, int whence)
{
    struct stream *stream = arg;
    la_int64_t base = 0;
    if (whence == SEEK_CUR)
        base = (la_int64_t)source_pos(stream->source);
    else if (whence == SEEK_END)
        base = (la_int64_t)stream->image->size;

    la_int64_t target;
    if (__builtin_add_overflow(base, offset, &target) || target < 0) {
        archive_set_error(archive, EINVAL, "the archive points outside the file");
        return ARCHIVE_FATAL;
    }
    source_seek(stream->source, (uint64_t)target);
    return (la_int64_t)source_pos(stream->source);
}

// Leaves out mtree, which names other files, raw and empty, which accept any file, and xar, whose
// XML library opens files.
static void enable_formats(struct archive *archive, const struct image *image)
{
    archive_read_support_format_cpio(archive);
    if (image->base > 0)
        return; // only cpio archives can follow each other
    archive_read_support_format_tar(archive);
    archive_read_support_format_7zip(archive);
    archive_read_support_format_iso9660(archive);
    archive_read_support_format_ar(archive);
    archive_read_support_format_cab(archive);
    archive_read_support_format_lha(archive);
    archive_read_support_format_rar(archive);
    archive_read_support_format_rar5(archive);
    archive_read_support_format_warc(archive);
    // The table of contents of a zip is at its end. A reader that ignores it would accept a
    // truncated file. So that reader is used only if the end cannot be reached, or if the file is
    // only a table, which the other reader does not accept.
    if (image->kind == IMAGE_PLAIN && image->size > ZIP_END_LEN)
        archive_read_support_format_zip_seekable(archive);
    else
        archive_read_support_format_zip_streamable(archive);
}

error_t stream_open(struct stream *stream, struct image *image, bool note,
                    char error_text[ERROR_TEXT_LEN])
{
    bool plain = image->kind == IMAGE_PLAIN;
    stream->image = image;
    stream->archive = archive_read_new();
    stream->source = source_open(image, 0, note);
    if (!stream->archive || !stream->source) {
        snprintf(error_text, ERROR_TEXT_LEN, "out of memory");
        stream_close(stream);
        return ERR_NO_MEMORY;
    }

    enable_formats(stream->archive, image);
    archive_read_set_read_callback(stream->archive, read_source);
    if (plain) {
        archive_read_set_skip_callback(stream->archive, skip_source);
        archive_read_set_seek_callback(stream->archive, seek_source);
    }
    archive_read_set_callback_data(stream->archive, stream);
    if (archive_read_open1(stream->archive) != ARCHIVE_OK) {
        snprintf(error_text, ERROR_TEXT_LEN, "%s", stream_error(stream));
        stream_close(stream);
        return ERR_UNAVAILABLE;
    }
    return OK;
}

void stream_close(struct stream *stream)
{
    if (stream->archive)
        archive_read_free(stream->archive);
    source_close(stream->source);
    stream->archive = NULL;
    stream->source = NULL;
}

bool stream_has_more(struct stream *stream)
{
    uint64_t end = (uint64_t)archive_filter_bytes(stream->archive, 0);
    ssize_t len = 1;
    while (len > 0 && stream->content_end <= end) {
        const void *data;
        if (source_pos(stream->source) > end + PADDING_MAX)
            return true;
        len = read_chunk(stream, &data);
    }
    return stream->content_end > end;
}

const char *stream_error(const struct stream *stream)
{
    // libarchive may report it as a truncated file.
    if (stream->failed)
        return source_error(stream->source);
    const char *text = archive_error_string(stream->archive);
    return text ? text : "corrupt archive";
}
