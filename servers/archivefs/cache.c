// A cache of pieces of content by number: a hash table, and a list in the order of use.
#include "cache.h"
#include <oolong/list.h>
#include <stdlib.h>
#include <string.h>

#define NUM_BUCKETS 4096

struct piece {
    struct piece *chain;
    list_elem_t use;
    uint64_t key;
    size_t len;
    uint8_t data[];
};

struct cache {
    size_t max_bytes;
    size_t num_bytes;
    list_t uses; // least recently used first
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

static void drop(struct cache *cache, struct piece *piece)
{
    struct piece **link = bucket_of(cache, piece->key);
    while (*link != piece)
        link = &(*link)->chain;
    *link = piece->chain;
    list_remove(&piece->use);
    cache->num_bytes -= piece->len;
    free(piece);
}

// Drops the least recently used pieces until `max_bytes` are left.
static void shrink(struct cache *cache, size_t max_bytes)
{
    LIST_FOR_EACH (piece, &cache->uses, struct piece, use) {
        if (cache->num_bytes <= max_bytes)
            return;
        drop(cache, piece);
    }
}

struct cache *cache_create(size_t max_bytes)
{
    struct cache *cache = calloc(1, sizeof(*cache));
    if (!cache)
        return NULL;
    cache->max_bytes = max_bytes;
    list_init(&cache->uses);
    return cache;
}

void cache_free(struct cache *cache)
{
    if (!cache)
        return;
    LIST_FOR_EACH (piece, &cache->uses, struct piece, use)
        free(piece);
    free(cache);
}

const void *cache_get(struct cache *cache, uint64_t key, size_t *len)
{
    struct piece *piece = find(cache, key);
    if (!piece)
        return NULL;
    list_remove(&piece->use);
    list_push_back(&cache->uses, &piece->use);
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
    shrink(cache, cache->max_bytes - len);

    piece = malloc(sizeof(*piece) + len);
    if (!piece)
        return;
    piece->key = key;
    piece->len = len;
    memcpy(piece->data, data, len);
    struct piece **bucket = bucket_of(cache, key);
    piece->chain = *bucket;
    *bucket = piece;
    list_push_back(&cache->uses, &piece->use);
    cache->num_bytes += len;
}
