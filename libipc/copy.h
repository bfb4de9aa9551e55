// Copies of payloads, as fast as the processor makes them wherever the two sides stand.
#ifndef LIBIPC_COPY_H
#define LIBIPC_COPY_H

#include <stddef.h>

/// memcpy() for bytes that may be many. (None may be nowhere: `from` may be NULL for a `len` of 0.)
void copy_payload(void *to, const void *from, size_t len);

#endif
