// Copies of payloads, as fast as the processor makes them wherever the two sides stand.
#ifndef LIBIPC_COPY_H
#define LIBIPC_COPY_H

#include <stddef.h>

/// memcpy() for bytes that may be many. (None may be nowhere: `from` may be NULL for a `len` of 0.)
void copy_payload(void *to, const void *from, size_t len);

/// The same, without bringing the target into the caches: for what is so large that its beginning
/// would be out of them again before the program comes to it. How large that is depends on what
/// else the way of the payload has in the caches, so callers decide.
void copy_past_caches(void *to, const void *from, size_t len);

#endif
