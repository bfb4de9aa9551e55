// Reading requests. The first line and the shape of fields are request_line.h's; llhttp finds the
// words of fields and the end of a body; what they may be is decided here.
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
    REQUEST_BAD, // `status` says why; nothing after it can be read
};

// The fields that are kept. Their numbers are no blanks, which are taken off values.
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

// What comes next of a request.
enum request_part {
    PART_LINE,
    PART_FIELDS,
    PART_BODY,
    PART_TRAILER,
};

struct request {
    enum request_state state;
    unsigned status; // of the answer when it is bad
    bool get;        // GET or HEAD; nothing else is served
    bool head;
    bool known; // a method of RFC 9110, whether it is served or not
    bool keep_alive;
    bool chunks; // the client knows answers in chunks: HTTP/1.1
    struct request_line line;

    // While it is read.
    enum request_part part;
    enum fields_state fields;
    enum field field; // that is read now
    llhttp_t parser;
    size_t headers_len;
    size_t body_len;
    size_t body_raw_len;
    size_t name_len;
    size_t kept_len;
    char name[32]; // of the field; longer ones are none of ours

    // One after the other: a byte that says which field, its value, a NUL. There is room for all
    // that HEADERS_MAX lets in, since the names that we look for are longer than 2 bytes.
    char kept[HEADERS_MAX];
};

// Begins to read a connection's requests.
void request_init(struct request *request);

// Reads bytes of it. Returns how many were taken: fewer than `len` when the request is whole, or
// bad, before their end.
size_t request_feed(struct request *request, const void *bytes, size_t len);

// Begins with the next one of the connection, after a whole one.
void request_next(struct request *request);

// The value of a field without the blanks around it, of the next line after `previous`; NULL
// begins, and ends.
const char *request_field(const struct request *request, enum field field, const char *previous);

// The same of a field that only one line may have. NULL: there is none, or there are several.
const char *request_field_once(const struct request *request, enum field field);

#endif
