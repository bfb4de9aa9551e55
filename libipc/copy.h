// Copies of payloads, as fast as the processor makes them wherever the two sides stand.
#ifndef LIBIPC_COPY_H
#define LIBIPC_COPY_H

#include <stddef.h>

/// memcpy() for payloads of any size. `from` may be NULL if `len` is 0.
void copy_payload(void *to, const void *from, size_t len);

/// The same without bringing the target into the caches. This is for payloads so large that their
/// beginning would have left the caches before the program reads it. The limit depends on what else
/// is copied on the way, so each caller has its own.
void copy_past_caches(void *to, const void *from, size_t len);

#endif
