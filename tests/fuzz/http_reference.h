// A second reader of requests, for comparison. It reads the whole input at once and follows the
// grammar of RFC 9112 directly. Two readers must agree where a request ends and what it asks for.
#ifndef FUZZ_HTTP_REFERENCE_H
#define FUZZ_HTTP_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum reference_result {
    REFERENCE_PART, // the request is longer than the input
    REFERENCE_WHOLE,
    REFERENCE_BAD,
};

struct reference {
    size_t len; // of a whole request
    const uint8_t *target;
    size_t target_len;
    bool is_get;         // or HEAD
    unsigned num_ranges; // fields
    bool waits;          // for an answer before its body (Expect); `len` is that of the head
};

enum reference_result reference_read(const uint8_t *p, size_t size, struct reference *out);

#endif
