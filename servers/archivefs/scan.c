// Builds the index of an image in one pass over the headers. An archive that cannot be read to its
// end is refused, because half an archive is not a file system. But only the member is lost if a
// member is odd.
#include "scan.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "image_open.h"
#include "stream.h"

// The format's family, without its variant.
static int format_of(const struct stream *stream)
{
    return archive_format(stream->archive) & ARCHIVE_FORMAT_BASE_MASK;
}

static bool is_solid(const struct stream *stream)
{
    if (stream->image->kind != IMAGE_PLAIN)
        return true;
    switch (format_of(stream)) {
    case ARCHIVE_FORMAT_7ZIP:
    case ARCHIVE_FORMAT_CAB:
    case ARCHIVE_FORMAT_LHA:
    case ARCHIVE_FORMAT_RAR:
    case ARCHIVE_FORMAT_RAR_V5:
        return true;
    default:
        return false;
    }
}

// The bytes of a name in the archive. libarchive has them in the locale's form, UTF-8, if they are
// valid, else raw.
static const char *name_of(struct archive_entry *entry)
{
    const char *name = archive_entry_pathname(entry);
    return name ? name : archive_entry_pathname_utf8(entry);
}

static const char *hardlink_of(struct archive_entry *entry)
{
    const char *name = archive_entry_hardlink(entry);
    return name ? name : archive_entry_hardlink_utf8(entry);
}

static const char *target_of(struct archive_entry *entry)
{
    const char *name = archive_entry_symlink(entry);
    return name ? name : archive_entry_symlink_utf8(entry);
}

static enum index_kind kind_of(struct archive_entry *entry)
{
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
        return INDEX_FILE;
    case AE_IFDIR:
        return INDEX_DIRECTORY;
    case AE_IFLNK:
        return INDEX_SYMLINK;
    case 0:
        // Formats without types, and hard links, have files.
        return INDEX_FILE;
    default:
        return INDEX_OTHER;
    }
}

static void fill_member(struct archive_entry *entry, const struct scan_result *result,
                        struct member *member)
{
    int64_t size = archive_entry_size(entry);
    *member = (struct member){
        .path = name_of(entry),
        .hardlink = hardlink_of(entry),
        .inode =
            {
                .kind = kind_of(entry),
                .mode = (uint32_t)archive_entry_perm(entry) & 07777,
                .uid = (uint32_t)archive_entry_uid(entry),
                .gid = (uint32_t)archive_entry_gid(entry),
                .mtime = archive_entry_mtime(entry),
                .size = size > 0 ? (uint64_t)size : 0,
                .ordinal = result->ordinal,
                .segment = result->segment,
                .sparse = archive_entry_sparse_count(entry) > 0,
                .direct_at = INODE_NOT_DIRECT,
                .target = target_of(entry),
            },
    };
    member->has_data = member->hardlink && size > 0;
    if (member->inode.kind == INDEX_SYMLINK && !member->inode.target)
        member->inode.target = "";
    if (member->inode.kind == INDEX_DIRECTORY || member->inode.kind == INDEX_OTHER)
        member->inode.size = 0;
}

// Reads a content whose size is in no header, to find the size. Returns libarchive's last result.
static int count_content(struct stream *stream, struct member *member)
{
    const void *data;
    size_t len;
    la_int64_t offset;
    int result;
    while ((result = archive_read_data_block(stream->archive, &data, &len, &offset)) == ARCHIVE_OK)
        member->inode.size = (uint64_t)offset + len;
    return result;
}

// Whether `stored` bytes, the distance of two headers, are the plain content: exactly its size,
// rounded up as in this format.
static bool stored_as_is(const struct stream *stream, const struct inode *inode, uint64_t stored)
{
    if (inode->sparse || stored == 0)
        return false;
    if (format_of(stream) == ARCHIVE_FORMAT_TAR)
        return stored == ALIGN_UP(inode->size, 512);
    return format_of(stream) == ARCHIVE_FORMAT_CPIO && stored >= inode->size &&
           stored - inode->size < 4;
}

// Skips the content, and notes its position if it can be read without libarchive.
// ERR_NOT_ACCEPTABLE: its size cannot be known.
static error_t skip_content(struct stream *stream, struct archive_entry *entry,
                            struct member *member)
{
    uint64_t start = (uint64_t)archive_filter_bytes(stream->archive, 0);
    int result = ARCHIVE_OK;
    if (member->inode.kind == INDEX_FILE && !archive_entry_size_is_set(entry) && !member->hardlink)
        result = count_content(stream, member);
    // If libarchive cannot decode a content but knows its end, only this member is lost.
    if (result == ARCHIVE_FATAL || archive_read_data_skip(stream->archive) < ARCHIVE_FAILED)
        return ERR_UNAVAILABLE;
    // A wrong checksum is an error for the reader of the member.
    if (result == ARCHIVE_FAILED || result == ARCHIVE_RETRY)
        return ERR_NOT_ACCEPTABLE;

    uint64_t stored = (uint64_t)archive_filter_bytes(stream->archive, 0) - start;
    // A content of holes only may have no data.
    if (format_of(stream) == ARCHIVE_FORMAT_TAR && stored < member->inode.size)
        member->inode.sparse = true;
    if (stored_as_is(stream, &member->inode, stored))
        member->inode.direct_at = start;
    return OK;
}

// Whether a tar archive ends without its mark of zeros. libarchive accepts that.
static bool lacks_end_mark(const struct stream *stream, uint64_t last_end)
{
    return format_of(stream) == ARCHIVE_FORMAT_TAR &&
           (uint64_t)archive_filter_bytes(stream->archive, 0) <= last_end;
}

static uint32_t from_le32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

// Whether an ISO 9660 image is shorter than its primary volume descriptor says.
static bool lacks_blocks(const struct stream *stream)
{
    uint8_t descriptor[2048];
    if (format_of(stream) != ARCHIVE_FORMAT_ISO9660 || stream->image->kind != IMAGE_PLAIN)
        return false;
    if (image_pread(stream->image, descriptor, sizeof(descriptor), 16 * 2048) != 2048)
        return true;
    uint64_t num_blocks = from_le32(&descriptor[80]);
    uint64_t block_len = descriptor[128] | (uint64_t)descriptor[129] << 8;
    return num_blocks * block_len > stream->image->size;
}

// Decompresses the rest, to find a damaged end of the file now.
static bool drain(struct stream *stream, struct scan_result *result)
{
    const void *data;
    ssize_t len = 1;
    while (stream->image->kind != IMAGE_PLAIN && len > 0)
        len = source_read(stream->source, &data);
    if (len < 0)
        snprintf(result->error, sizeof(result->error), "%s", source_error(stream->source));
    return len >= 0;
}

// Whether a member is a table of the archive itself: "/" and "//" of ar.
static bool is_table(const struct stream *stream, const struct member *member)
{
    return format_of(stream) == ARCHIVE_FORMAT_AR && member->path && member->path[0] == '/' &&
           member->path[strspn(member->path, "/")] == '\0';
}

static error_t scan_member(struct stream *stream, struct archive_entry *entry,
                           struct scan_result *result)
{
    struct member member;
    fill_member(entry, result, &member);
    result->ordinal++;
    if (result->num_members++ >= INDEX_MEMBERS_MAX) {
        snprintf(result->error, sizeof(result->error), "more than %u members", INDEX_MEMBERS_MAX);
        return ERR_NO_MEMORY;
    }
    error_t err = skip_content(stream, entry, &member);
    if (err == ERR_UNAVAILABLE) {
        snprintf(result->error, sizeof(result->error), "%s", stream_error(stream));
        return err;
    }
    if (is_table(stream, &member))
        return OK;
    if (member.inode.kind == INDEX_FILE && member.inode.size <= SMALL_FILE_LEN)
        result->small_size += member.inode.size;

    if (err == OK)
        err = member.path ? index_add(result->index, &member) : ERR_NOT_ACCEPTABLE;
    if (err == ERR_NO_MEMORY)
        snprintf(result->error, sizeof(result->error), "too many or too long names");
    if (err != ERR_TOO_LARGE && err != ERR_NOT_ACCEPTABLE)
        return err;
    result->num_skipped++;
    return OK;
}

// Whether the archive ends as its format requires. Without members it counts as an archive only if
// nothing else follows, because zeros are an empty tar archive and the beginning of many other
// files.
static bool ends_right(struct stream *stream, uint64_t last_end, struct scan_result *result)
{
    const char *why = NULL;
    bool is_empty_tar = result->num_members == 0 && format_of(stream) == ARCHIVE_FORMAT_TAR;
    if (lacks_end_mark(stream, last_end))
        why = "truncated tar archive: no end mark";
    else if (lacks_blocks(stream))
        why = "truncated ISO 9660 image";
    else if (is_empty_tar && (stream_has_more(stream) || source_pos(stream->source) % 512 != 0))
        why = "no archive: it begins with zeros, and is no empty tar archive";
    if (why)
        snprintf(result->error, sizeof(result->error), "%s", why);
    return !why;
}

static error_t scan_members(struct stream *stream, struct scan_result *result)
{
    struct archive_entry *entry;
    uint64_t last_end = 0;
    int status;
    result->ordinal = 0;
    while ((status = archive_read_next_header(stream->archive, &entry)) != ARCHIVE_EOF) {
        if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
            snprintf(result->error, sizeof(result->error), "%s", stream_error(stream));
            return result->ordinal == 0 ? ERR_NOT_ACCEPTABLE : ERR_UNAVAILABLE;
        }
        OK_OR_RETURN(scan_member(stream, entry, result));
        last_end = (uint64_t)archive_filter_bytes(stream->archive, 0);
    }
    if (!ends_right(stream, last_end, result))
        return ERR_UNAVAILABLE;
    result->end = (uint64_t)archive_filter_bytes(stream->archive, 0);
    result->has_more = format_of(stream) == ARCHIVE_FORMAT_CPIO && stream_has_more(stream);
    result->solid |= is_solid(stream);
    return drain(stream, result) ? OK : ERR_UNAVAILABLE;
}

// ERR_NOT_ACCEPTABLE: not even the beginning is an archive.
static error_t scan_segment(struct image *image, struct scan_result *result)
{
    struct stream stream = {0};
    error_t err = stream_open(&stream, image, true, result->error);
    if (err == ERR_UNAVAILABLE)
        return ERR_NOT_ACCEPTABLE;
    OK_OR_RETURN(err);
    err = scan_members(&stream, result);
    stream_close(&stream);
    return err;
}

static error_t scan_segments(struct image *image, struct scan_result *result)
{
    error_t err = scan_segment(image, result);
    if (err == ERR_NOT_ACCEPTABLE)
        return ERR_UNAVAILABLE;
    while (err == OK && result->has_more && result->segment < SEGMENTS_MAX - 1) {
        err = image_open_next(image, result->end);
        if (err == ERR_NOT_FOUND)
            return OK;
        OK_OR_RETURN(err);
        result->segment++;
        err = scan_segment(image->next, result);
        if (err == ERR_NOT_ACCEPTABLE) {
            // The bytes here are not an archive, so this is not an error of one.
            image_close_next(image);
            result->has_more = true;
            result->error[0] = '\0';
            return OK;
        }
        image = image->next;
    }
    return err;
}

error_t scan_image(struct image *image, struct scan_result *result)
{
    memset(result, 0, sizeof(*result));
    error_t err = ERR_NO_MEMORY;
    result->index = index_create();
    if (result->index)
        err = scan_segments(image, result);
    if (err == OK) {
        int num_dropped = index_finish(result->index);
        err = IS_ERROR(num_dropped) ? num_dropped : OK;
        result->num_skipped += num_dropped > 0 ? (unsigned)num_dropped : 0;
    }
    if (IS_ERROR(err)) {
        if (result->error[0] == '\0')
            snprintf(result->error, sizeof(result->error), "out of memory");
        index_free(result->index);
        result->index = NULL;
    }
    return err;
}
