// Builds the index of an image from the headers of its members.
#ifndef ARCHIVEFS_SCAN_H
#define ARCHIVEFS_SCAN_H

#include "image.h"
#include "index.h"

#define SMALL_FILE_LEN (256u * 1024)

struct scan_result {
    struct index *index;  // the caller's; NULL on failure
    uint64_t small_size;  // bytes of all files of at most SMALL_FILE_LEN
    bool solid;           // passing over a member costs as much as reading it
    unsigned num_members; // headers
    unsigned num_skipped; // left out: no name or one over the limits, links to nothing, and so on
    bool has_more;        // another archive follows in the file, which is not read
    char error[ERROR_TEXT_LEN];
};

// Passes once over the whole archive. On failure `result->error` says why.
//
// ERR_UNAVAILABLE: no archive, corrupt or truncated. ERR_NO_MEMORY: out of memory, or over the
// index's limits.
__mustuse error_t scan_image(struct image *image, struct scan_result *result);

#endif
