// The cache: a hash table of blocks, each in one of three lists. Clean blocks are in the order of
// their last use, and the first of them make room for others. Dirty blocks stay.
#include "cache.h"
#include <oolong/list.h>
#include <stdlib.h>
#include <string.h>

#define NUM_BUCKETS  16384u
#define MAX_BYTES    (16u * 1024 * 1024) // limit for clean blocks, and for dirty data
#define DIRECT_BYTES (128u * 1024)  // reads and data writes from this length on bypass the cache
#define PIECE_BYTES  (1024u * 1024) // the largest write to the device

struct block {
    list_elem_t elem;
    struct block *next; // the next block in the same bucket
    uint64_t number;
    enum block_class class;
    uint8_t data[];
};

struct cache {
    struct device device;
    size_t block_size;
    list_t lists[NUM_BLOCK_CLASSES];
    size_t lens[NUM_BLOCK_CLASSES];
    uint8_t *piece; // PIECE_BYTES bytes, in which blocks are joined to one write
    struct block *buckets[NUM_BUCKETS];
};

struct cache *cache_create(const struct device *device)
{
    struct cache *cache = calloc(1, sizeof(*cache));
    uint8_t *piece = malloc(PIECE_BYTES);
    if (!cache || !piece) {
        free(cache);
        free(piece);
        return NULL;
    }
    cache->device = *device;
    cache->block_size = 1024;
    cache->piece = piece;
    for (int i = 0; i < NUM_BLOCK_CLASSES; i++)
        list_init(&cache->lists[i]);
    return cache;
}

static struct block **bucket_of(struct cache *cache, uint64_t number)
{
    return &cache->buckets[number % NUM_BUCKETS];
}

static struct block *find(struct cache *cache, uint64_t number)
{
    struct block *block = *bucket_of(cache, number);
    while (block && block->number != number)
        block = block->next;
    return block;
}

// Puts a block at the end of a list, so that it is the last to be dropped.
static void enlist(struct cache *cache, struct block *block, enum block_class class)
{
    cache->lens[block->class]--;
    list_remove(&block->elem);
    block->class = class;
    list_push_back(&cache->lists[class], &block->elem);
    cache->lens[class]++;
}

static void forget(struct cache *cache, struct block *block)
{
    struct block **link = bucket_of(cache, block->number);
    while (*link != block)
        link = &(*link)->next;
    *link = block->next;
    list_remove(&block->elem);
    cache->lens[block->class]--;
    free(block);
}

static void forget_all(struct cache *cache)
{
    for (int i = 0; i < NUM_BLOCK_CLASSES; i++) {
        LIST_FOR_EACH (block, &cache->lists[i], struct block, elem)
            forget(cache, block);
    }
}

void cache_destroy(struct cache *cache)
{
    if (!cache)
        return;
    forget_all(cache);
    free(cache->piece);
    free(cache);
}

error_t cache_set_block_size(struct cache *cache, size_t size)
{
    if (size < 1024 || size > 65536 || (size & (size - 1)) != 0)
        return ERR_INVALID_ARG;
    if (cache->lens[BLOCK_DATA] + cache->lens[BLOCK_META] > 0)
        return size == cache->block_size ? OK : ERR_IN_USE;
    forget_all(cache);
    cache->block_size = size;
    return OK;
}

size_t cache_block_size(const struct cache *cache)
{
    return cache->block_size;
}

size_t cache_num_dirty(const struct cache *cache, enum block_class class)
{
    return cache->lens[class];
}

// Adds a clean block whose content the caller fills in.
static struct block *add(struct cache *cache, uint64_t number)
{
    if (cache->lens[BLOCK_CLEAN] * cache->block_size >= MAX_BYTES)
        forget(cache, LIST_CONTAINER(cache->lists[BLOCK_CLEAN].next, struct block, elem));
    struct block *block = malloc(sizeof(*block) + cache->block_size);
    if (!block)
        return NULL;
    struct block **bucket = bucket_of(cache, number);
    block->number = number;
    block->class = BLOCK_CLEAN;
    block->next = *bucket;
    *bucket = block;
    list_push_back(&cache->lists[BLOCK_CLEAN], &block->elem);
    cache->lens[BLOCK_CLEAN]++;
    return block;
}

// --- The device ---------------------------------------------------------------------------------

static error_t read_device(struct cache *cache, uint64_t block, size_t count, void *data)
{
    if (block > (UINT64_MAX >> 1) / cache->block_size)
        return ERR_INVALID_ARG;
    return cache->device.read(cache->device.arg, block * cache->block_size, data,
                              count * cache->block_size);
}

error_t cache_device_read(struct cache *cache, uint64_t block, void *data)
{
    return read_device(cache, block, 1, data);
}

error_t cache_device_write(struct cache *cache, uint64_t block, const void *data, size_t count)
{
    if (block > (UINT64_MAX >> 1) / cache->block_size)
        return ERR_INVALID_ARG;
    return cache->device.write(cache->device.arg, block * cache->block_size, data,
                               count * cache->block_size);
}

error_t cache_device_flush(struct cache *cache)
{
    return cache->device.flush(cache->device.arg);
}

// --- Reading ------------------------------------------------------------------------------------

// The number of consecutive blocks from `block` on that are not in the cache, at most `max`.
static size_t run_missing(struct cache *cache, uint64_t block, size_t max)
{
    size_t num = 0;
    while (num < max && !find(cache, block + num))
        num++;
    return num;
}

error_t cache_read(struct cache *cache, uint64_t block, size_t count, void *data)
{
    uint8_t *out = data;
    bool keep = count * cache->block_size < DIRECT_BYTES;
    while (count > 0) {
        size_t num = run_missing(cache, block, count);
        if (num > 0)
            OK_OR_RETURN(read_device(cache, block, num, out));
        for (size_t i = 0; keep && i < num; i++) {
            struct block *new_block = add(cache, block + i);
            if (!new_block)
                return ERR_NO_MEMORY;
            memcpy(new_block->data, &out[i * cache->block_size], cache->block_size);
        }
        if (num == 0) {
            struct block *found = find(cache, block);
            memcpy(out, found->data, cache->block_size);
            if (found->class == BLOCK_CLEAN)
                enlist(cache, found, BLOCK_CLEAN);
            num = 1;
        }
        block += num;
        count -= num;
        out += num * cache->block_size;
    }
    return OK;
}

// --- Writing ------------------------------------------------------------------------------------

// Finds a block, and reads it from the device if it is not in the cache.
static error_t load(struct cache *cache, uint64_t number, struct block **loaded)
{
    struct block *block = find(cache, number);
    if (!block) {
        block = add(cache, number);
        if (!block)
            return ERR_NO_MEMORY;
        error_t err = read_device(cache, number, 1, block->data);
        if (IS_ERROR(err)) {
            forget(cache, block);
            return err;
        }
    }
    *loaded = block;
    return OK;
}

static error_t write_block(struct cache *cache, uint64_t number, const uint8_t *data,
                           enum block_class class)
{
    struct block *block = find(cache, number);
    if (class == BLOCK_META)
        OK_OR_RETURN(load(cache, number, &block));
    bool is_new = !block;
    if (is_new)
        block = add(cache, number);
    if (!block)
        return ERR_NO_MEMORY;
    if (!is_new && memcmp(block->data, data, cache->block_size) == 0)
        return OK;
    memcpy(block->data, data, cache->block_size);
    // A block that waits for the journal stays metadata, even if it is written as data.
    if (block->class != BLOCK_META)
        enlist(cache, block, class);
    return OK;
}

// Writes data directly to the device, and updates the blocks of it that are in the cache.
static error_t write_through(struct cache *cache, uint64_t block, size_t count, const uint8_t *data)
{
    OK_OR_RETURN(cache_device_write(cache, block, data, count));
    for (size_t i = 0; i < count; i++) {
        struct block *here = find(cache, block + i);
        if (!here)
            continue;
        memcpy(here->data, &data[i * cache->block_size], cache->block_size);
        if (here->class == BLOCK_DATA)
            enlist(cache, here, BLOCK_CLEAN);
    }
    return OK;
}

error_t cache_write(struct cache *cache, uint64_t block, size_t count, const void *data,
                    enum block_class class)
{
    const uint8_t *in = data;
    if (class == BLOCK_DATA && count * cache->block_size >= DIRECT_BYTES)
        return write_through(cache, block, count, in);
    for (size_t i = 0; i < count; i++)
        OK_OR_RETURN(write_block(cache, block + i, &in[i * cache->block_size], class));
    if (cache->lens[BLOCK_DATA] * cache->block_size > MAX_BYTES)
        return cache_flush(cache, BLOCK_DATA);
    return OK;
}

error_t cache_patch(struct cache *cache, uint64_t offset, const void *data, size_t len)
{
    const uint8_t *in = data;
    while (len > 0) {
        size_t at = offset % cache->block_size;
        size_t num = MIN(len, cache->block_size - at);
        struct block *block;
        OK_OR_RETURN(load(cache, offset / cache->block_size, &block));
        if (memcmp(&block->data[at], in, num) != 0) {
            memcpy(&block->data[at], in, num);
            enlist(cache, block, BLOCK_META);
        }
        offset += num;
        in += num;
        len -= num;
    }
    return OK;
}

static int compare_numbers(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

uint64_t *cache_dirty_blocks(struct cache *cache, enum block_class class)
{
    uint64_t *numbers = calloc(cache->lens[class] + 1, sizeof(*numbers));
    size_t num = 0;
    if (!numbers)
        return NULL;
    LIST_FOR_EACH (block, &cache->lists[class], struct block, elem)
        numbers[num++] = block->number;
    qsort(numbers, num, sizeof(*numbers), compare_numbers);
    return numbers;
}

const uint8_t *cache_peek(struct cache *cache, uint64_t block)
{
    return find(cache, block)->data;
}

error_t cache_flush(struct cache *cache, enum block_class class)
{
    size_t len = cache->lens[class];
    uint64_t *numbers = cache_dirty_blocks(cache, class);
    error_t err = numbers ? OK : ERR_NO_MEMORY;
    for (size_t i = 0; IS_OK(err) && i < len;) {
        size_t num = 0;
        do {
            struct block *block = find(cache, numbers[i + num]);
            memcpy(&cache->piece[num * cache->block_size], block->data, cache->block_size);
            num++;
        } while (i + num < len && numbers[i + num] == numbers[i] + num &&
                 (num + 1) * cache->block_size <= PIECE_BYTES);
        err = cache_device_write(cache, numbers[i], cache->piece, num);
        for (size_t k = 0; IS_OK(err) && k < num; k++)
            enlist(cache, find(cache, numbers[i + k]), BLOCK_CLEAN);
        i += num;
    }
    free(numbers);
    while (cache->lens[BLOCK_CLEAN] * cache->block_size > MAX_BYTES)
        forget(cache, LIST_CONTAINER(cache->lists[BLOCK_CLEAN].next, struct block, elem));
    return err;
}
