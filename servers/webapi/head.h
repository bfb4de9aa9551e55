// The head of an answer.
#ifndef WEBAPI_HEAD_H
#define WEBAPI_HEAD_H

#include <oolong/types.h>
#include "text.h"

struct head {
    unsigned status;
    bool keep_alive;
    const char *type;  // media type; NULL: no body
    bool chunked;      // the body comes in chunks, or up to the end of the connection: `len` is
    bool until_end;    // not known
    uint64_t len;      // of the body
    int64_t date;      // now, in seconds since 1970
    const char *etag;  // NULL or empty: none
    bool has_mtime;    // Last-Modified
    int64_t mtime;     //
    uint64_t first;    // of 206, and size of 206 and 416
    uint64_t size;     //
    const char *path;  // of Location; NULL: none
    const char *query; // behind it: empty, or with its question mark
};

void head_write(struct text *text, const struct head *head);
const char *head_reason(unsigned status);

#endif
