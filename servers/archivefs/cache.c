// A cache of pieces of content, by number: a hash table of chains and a list in order of use.
#include "cache.h"
#include <stdlib.h>
#include <string.h>

#define NUM_BUCKETS 4096

struct piece {
    struct piece *chain;
    struct piece *newer; // towards the last used
    struct piece *older;
    uint64_t key;
    size_t len;
    uint8_t data[];
};

struct cache {
    size_t max_bytes;
    size_t num_bytes;
    struct piece *newest;
    struct piece *oldest;
    struct piece *buckets[NUM_BUCKETS];
};

static struct piece **bucket_of(struct cache *cache, uint64_t key)
{
    return &cache->buckets[key * 0x9e3779b97f4a7c15u >> 52];
}

static struct piece *find(struct cache *cache, uint64_t key)
{
    struct piece *piece = *bucket_of(cache, key);
    while (piece && piece->key != key)
        piece = piece->chain;
    return piece;
}

static void unlink_use(struct cache *cache, struct piece *piece)
{
    *(piece->newer ? &piece->newer->older : &cache->newest) = piece->older;
    *(piece->older ? &piece->older->newer : &cache->oldest) = piece->newer;
}

static void link_newest(struct cache *cache, struct piece *piece)
{
    piece->newer = NULL;
    piece->older = cache->newest;
    *(cache->newest ? &cache->newest->newer : &cache->oldest) = piece;
    cache->newest = piece;
}

static void drop(struct cache *cache, struct piece *piece)
{
    struct piece **link = bucket_of(cache, piece->key);
    while (*link != piece)
        link = &(*link)->chain;
    *link = piece->chain;
    unlink_use(cache, piece);
    cache->num_bytes -= piece->len;
    free(piece);
}

struct cache *cache_create(size_t max_bytes)
{
    struct cache *cache = calloc(1, sizeof(*cache));
    if (cache)
        cache->max_bytes = max_bytes;
    return cache;
}

void cache_free(struct cache *cache)
{
    if (!cache)
        return;
    while (cache->oldest)
        drop(cache, cache->oldest);
    free(cache);
}

const void *cache_get(struct cache *cache, uint64_t key, size_t *len)
{
    struct piece *piece = find(cache, key);
    if (!piece)
        return NULL;
    unlink_use(cache, piece);
    link_newest(cache, piece);
    *len = piece->len;
    return piece->data;
}

void cache_put(struct cache *cache, uint64_t key, const void *data, size_t len)
{
    struct piece *piece = find(cache, key);
    if (piece)
        drop(cache, piece);
    if (len > cache->max_bytes)
        return;
    while (cache->num_bytes > cache->max_bytes - len)
        drop(cache, cache->oldest);

    piece = malloc(sizeof(*piece) + len);
    if (!piece)
        return;
    piece->key = key;
    piece->len = len;
    memcpy(piece->data, data, len);
    struct piece **bucket = bucket_of(cache, key);
    piece->chain = *bucket;
    *bucket = piece;
    link_newest(cache, piece);
    cache->num_bytes += len;
}
