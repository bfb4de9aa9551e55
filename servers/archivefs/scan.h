// Builds the index of an image from the headers of its members.
#ifndef ARCHIVEFS_SCAN_H
#define ARCHIVEFS_SCAN_H

#include "image.h"
#include "index.h"

#define SMALL_FILE_LEN (256u * 1024)
#define SEGMENTS_MAX   16 // archives one behind the other

struct scan_result {
    struct index *index;  // the caller's; NULL on failure
    uint64_t small_size;  // bytes of all files of at most SMALL_FILE_LEN
    bool solid;           // skipping a member costs as much as reading it
    unsigned num_members; // headers
    unsigned num_skipped; // left out: without a name, over the limits, links to nothing, and so on
    unsigned ordinal;     // of the next header in its archive
    uint8_t segment;      // of the archive that is read
    bool has_more;        // something follows a cpio archive, and is not read
    uint64_t end;         // of the archive that was read last, in its own bytes
    char error[ERROR_TEXT_LEN];
};

// Reads the headers of the whole archive, and of further cpio archives behind a cpio archive, as in
// initial file systems of Linux: they form one tree, and `image` has their positions. On failure
// `result->error` says why.
//
// ERR_UNAVAILABLE: not an archive, corrupt or truncated. ERR_NO_MEMORY: out of memory, or over the
// index's limits.
__mustuse error_t scan_image(struct image *image, struct scan_result *result);

#endif
