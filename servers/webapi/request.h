// Reading requests. llhttp finds the words; what they may be is decided here.
#ifndef WEBAPI_REQUEST_H
#define WEBAPI_REQUEST_H

#include <llhttp.h>
#include <oolong/types.h>
#include <stddef.h>

#define TARGET_MAX  2048u
#define HEADERS_MAX 16384u // bytes of all names and values of one request
#define VALUE_MAX   256u   // of a header that is looked at
#define BODY_MAX    65536u // of a request, which is not looked at

enum request_state {
    REQUEST_PART, // more bytes are needed
    REQUEST_WHOLE,
    REQUEST_BAD, // `status` says why; nothing after it can be read
};

struct request {
    enum request_state state;
    unsigned status; // of the answer when it is bad
    bool get;        // GET or HEAD; nothing else is served
    bool head;
    bool keep_alive;
    bool has_range;
    char target[TARGET_MAX + 1];
    char range[VALUE_MAX + 1];
    char if_range[VALUE_MAX + 1];
    char if_modified_since[VALUE_MAX + 1];

    // While it is read.
    llhttp_t parser;
    size_t target_len;
    size_t headers_len;
    size_t body_len;
    char name[32]; // of the header; longer ones are none of ours
    size_t name_len;
    char *value; // of the header, when it is one of ours
    size_t value_len;
    bool in_value;
};

// Begins to read a connection's requests.
void request_init(struct request *request);

// Reads bytes of it. Returns how many were taken: fewer than `len` when the request is whole, or
// bad, before their end.
size_t request_feed(struct request *request, const void *bytes, size_t len);

// Begins with the next one of the connection, after a whole one.
void request_next(struct request *request);

#endif
