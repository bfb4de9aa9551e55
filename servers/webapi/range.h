// Reads the Range header.
#ifndef WEBAPI_RANGE_H
#define WEBAPI_RANGE_H

#include <oolong/types.h>

enum range_result {
    RANGE_NONE,        // the whole file is sent
    RANGE_PART,        // [first, first + len)
    RANGE_NOT_POSSIBLE // no byte of it is there
};

// Reads a Range header for `size` bytes. Several ranges at once are answered with the whole, as
// RFC 9110 allows.
enum range_result range_parse(const char *value, uint64_t size, uint64_t *first, uint64_t *len);

#endif
