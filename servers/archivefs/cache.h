// A cache of pieces of content, bounded in bytes. The least recently used are dropped first.
#ifndef ARCHIVEFS_CACHE_H
#define ARCHIVEFS_CACHE_H

#include <oolong/types.h>

struct cache;

// `max_bytes` counts contents alone. NULL: out of memory.
struct cache *cache_create(size_t max_bytes);
void cache_free(struct cache *cache);

// Finds a piece; NULL if it is not there. The pointer is valid until the next call on this cache.
const void *cache_get(struct cache *cache, uint64_t key, size_t *len);

// Stores a copy of `len` bytes under `key` and replaces an earlier one. Stores nothing if there is
// no memory or `len` is over the bound.
void cache_put(struct cache *cache, uint64_t key, const void *data, size_t len);

#endif
