// One pass of libarchive over the headers and contents of an image.
#ifndef ARCHIVEFS_STREAM_H
#define ARCHIVEFS_STREAM_H

#include <archive.h>
#include <archive_entry.h>
#include "source.h"

struct stream {
    struct archive *archive;
    struct source *source;
    struct image *image;
    bool failed;          // the source
    uint64_t content_end; // all bytes read beyond this are zeros
};

// Opens a pass at the first header. `note` is for source_open(). On failure `error_text` says why.
//
// ERR_UNAVAILABLE: unreadable, or not an archive that libarchive knows. ERR_NO_MEMORY.
__mustuse error_t stream_open(struct stream *stream, struct image *image, bool note,
                              char error_text[ERROR_TEXT_LEN]);
void stream_close(struct stream *stream);

// Call it after the last header. Whether anything but zeros follows. Reads as far as needed (at
// most the padding of an archive), so the archive itself cannot be read further.
bool stream_has_more(struct stream *stream);

// Why the last call on `stream->archive` failed; never NULL.
const char *stream_error(const struct stream *stream);

#endif
