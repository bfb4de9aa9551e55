// A second reader of requests, to compare with: the whole of the input at once, straight from the
// grammar of RFC 9112. Where a request ends and what it asks for must not be a matter of opinion.
#ifndef FUZZ_HTTP_REFERENCE_H
#define FUZZ_HTTP_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum reference_result {
    REFERENCE_PART, // it goes on behind the input
    REFERENCE_WHOLE,
    REFERENCE_BAD,
};

struct reference {
    size_t len; // of a whole one
    const uint8_t *target;
    size_t target_len;
    bool is_get;         // or HEAD
    unsigned num_ranges; // fields
    bool waits;          // with its body, for the answer (Expect): `len` is that of its head
};

enum reference_result reference_read(const uint8_t *p, size_t size, struct reference *out);

#endif
