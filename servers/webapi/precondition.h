// Evaluates the conditions of requests, as RFC 9110 section 13 has them. Times are seconds since
// 1970.
#ifndef WEBAPI_PRECONDITION_H
#define WEBAPI_PRECONDITION_H

#include <oolong/types.h>
#include "request.h"

#define ETAG_LEN 72

// The version of a file that would be sent.
struct version {
    char etag[ETAG_LEN]; // a strong tag with its quotes; empty: there is none
    bool has_mtime;
    int64_t mtime; // seconds since 1970
};

enum precondition {
    PRECONDITION_HOLDS,
    PRECONDITION_NOT_MODIFIED, // 304
    PRECONDITION_FAILED,       // 412
};

// Evaluates the conditions of a request that would be answered with 2xx without them.
enum precondition precondition_check(const struct request *request, const struct version *version,
                                     int64_t now);

// Returns the Range field if it counts: with If-Range, only if the client has this version. NULL:
// the whole file is sent.
const char *precondition_range(const struct request *request, const struct version *version,
                               int64_t now);

#endif
