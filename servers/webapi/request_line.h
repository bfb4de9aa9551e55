// Checks the first line of a request and the syntax of its fields, byte by byte. It allows what RFC
// 9112 allows and no more: request smuggling is possible when two programs read the same bytes
// differently.
#ifndef WEBAPI_REQUEST_LINE_H
#define WEBAPI_REQUEST_LINE_H

#include <oolong/types.h>
#include <stddef.h>

#define TARGET_MAX 2048u
#define METHOD_MAX 24u // the longest that is registered has 17 letters

// The part of the line in which the next byte is.
enum line_state {
    LINE_BEFORE, // empty lines that may precede it
    LINE_BEFORE_LF,
    LINE_METHOD,
    LINE_TARGET,
    LINE_VERSION,
    LINE_CR,
    LINE_LF,
    LINE_DONE,
};

struct request_line {
    enum line_state state;
    size_t before_len; // bytes of empty lines
    size_t method_len;
    size_t target_len;
    size_t version_len;
    unsigned major, minor;
    char method[METHOD_MAX + 1];
    char target[TARGET_MAX + 1];
};

// Takes one byte. Returns the status to refuse the request with; 0: the byte is good. After the
// last byte of the line, `state` is LINE_DONE.
unsigned request_line_take(struct request_line *line, uint8_t c);

// The fields of a head or of a trailer, up to the empty line at their end.
enum fields_state {
    FIELDS_BEGIN, // the beginning of a line
    FIELDS_NAME,
    FIELDS_VALUE,
    FIELDS_LF,
    FIELDS_LAST_LF,
    FIELDS_DONE,
    FIELDS_BAD,
};

// Returns how many of the bytes are good: all, or those up to the end of the fields or to the first
// bad byte.
size_t fields_take(enum fields_state *state, const uint8_t *bytes, size_t len);

// Whether a byte may be in a method or in the name of a field.
bool is_token_char(uint8_t c);

#endif
