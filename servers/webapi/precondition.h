// Conditions of requests, by RFC 9110, section 13.
#ifndef WEBAPI_PRECONDITION_H
#define WEBAPI_PRECONDITION_H

#include <oolong/types.h>
#include "request.h"

#define ETAG_LEN 72

// What is known of the version that would be sent.
struct version {
    char etag[ETAG_LEN]; // strong, with its quotes; empty: none
    bool has_mtime;
    int64_t mtime; // seconds since 1970
};

enum precondition {
    PRECONDITION_HOLDS,
    PRECONDITION_NOT_MODIFIED, // 304
    PRECONDITION_FAILED,       // 412
};

// What the conditions of a request say, which would be answered with 2xx without them. `now` is
// seconds since 1970.
enum precondition precondition_check(const struct request *request, const struct version *version,
                                     int64_t now);

// The range that is asked for, when it is still one of the version that the client knows
// (If-Range). NULL: the whole is sent.
const char *precondition_range(const struct request *request, const struct version *version,
                               int64_t now);

#endif
