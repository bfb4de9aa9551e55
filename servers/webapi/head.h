// The head of an answer.
#ifndef WEBAPI_HEAD_H
#define WEBAPI_HEAD_H

#include <oolong/types.h>
#include "text.h"

struct head {
    unsigned status;
    bool keep_alive;
    const char *type;  // media type; NULL: no body
    bool chunked;      // the body is sent in chunks; `len` is not used
    bool until_end;    // the body ends with the connection; `len` is not used
    uint64_t len;      // of the body
    int64_t date;      // now, in seconds since 1970
    const char *etag;  // NULL or empty: no ETag
    bool has_mtime;    // there is a Last-Modified
    int64_t mtime;     // its time, in seconds since 1970
    uint64_t first;    // of a 206: the offset of the part
    uint64_t size;     // of a 206 or a 416: the size of the file
    const char *path;  // of Location; NULL: none
    const char *query; // appended to `path`: empty, or with its question mark
};

void head_write(struct text *text, const struct head *head);
const char *head_reason(unsigned status);

#endif
