// Reads requests. request_line.h checks the first line and the syntax of fields. llhttp splits
// fields and finds the end of the body. This file decides which values are allowed.
#ifndef WEBAPI_REQUEST_H
#define WEBAPI_REQUEST_H

#include <llhttp.h>
#include <oolong/types.h>
#include <stddef.h>
#include "request_line.h"

#define HEADERS_MAX  16384u  // bytes of all names and values of one request
#define BODY_MAX     65536u  // of a request, which is not looked at
#define BODY_RAW_MAX 262144u // with what chunks have around them

enum request_state {
    REQUEST_PART, // more bytes are needed
    REQUEST_WHOLE,
    REQUEST_BAD, // `status` says why; the connection cannot be read further
};

// The fields whose values are kept. No number here is that of a blank: blanks are removed from
// values.
enum field {
    FIELD_NONE,
    FIELD_EXPECT = 'A',
    FIELD_HOST,
    FIELD_IF_MATCH,
    FIELD_IF_MODIFIED_SINCE,
    FIELD_IF_NONE_MATCH,
    FIELD_IF_RANGE,
    FIELD_IF_UNMODIFIED_SINCE,
    FIELD_RANGE,
    FIELD_TRANSFER_ENCODING,
};

// The part of a request that comes next.
enum request_part {
    PART_LINE,
    PART_FIELDS,
    PART_BODY,
    PART_TRAILER,
};

struct request {
    enum request_state state;
    unsigned status; // of the answer to a bad request
    bool get;        // GET or HEAD; nothing else is served
    bool head;
    bool known; // the method is one of RFC 9110, whether it is served here or not
    bool keep_alive;
    bool chunks; // the client knows answers in chunks: HTTP/1.1
    struct request_line line;

    // State of reading.
    enum request_part part;
    enum fields_state fields;
    enum field field; // the one that is read now
    llhttp_t parser;
    size_t headers_len;
    size_t body_len;
    size_t body_raw_len;
    size_t name_len;
    size_t kept_len;
    char name[32]; // of the field; none of the fields above has a longer name

    // The kept fields, one after the other: a byte that says which field, the value, a NUL. There
    // is room for all fields that HEADERS_MAX allows, because the names that are kept have more
    // than 2 bytes.
    char kept[HEADERS_MAX];
};

// Prepares to read the requests of a new connection.
void request_init(struct request *request);

// Reads bytes of the request. Returns how many it has taken: fewer than `len` if the request is
// complete or bad before their end.
size_t request_feed(struct request *request, const void *bytes, size_t len);

// Prepares to read the next request of the connection, after a complete one.
void request_next(struct request *request);

// Iterates over the values of a field: returns the value in the next line after that of `previous`,
// without blanks around it. `previous` is NULL at first. NULL: there are no more.
const char *request_field(const struct request *request, enum field field, const char *previous);

// The value of a field that may be in one line only. NULL: it is in none, or in several.
const char *request_field_once(const struct request *request, enum field field);

#endif
