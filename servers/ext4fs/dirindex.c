// Each directory in use has a hash table of its names. Another hash table holds these tables.
#include "dirindex.h"
#include <stdlib.h>
#include <string.h>

#define NUM_DIR_BUCKETS 1024u
#define MIN_BUCKETS     16u
#define MAX_NAMES       1000000u // in all directories together; a single directory may have more

struct dirindex {
    list_elem_t elem; // element of the list in the order of the last use
    struct dirindex *next;
    struct dirindexes *all;
    ext2_ino_t dir;
    size_t num_names;
    size_t num_buckets; // a power of two
    struct dirindex_entry **buckets;
    uint16_t *rooms; // the longest entry that fits into each block, in units of 4 bytes
    uint32_t num_blocks;
    uint32_t max_blocks;
    uint32_t last; // the block where room was last found
    bool is_damaged;
};

struct dirindexes {
    list_t used;
    size_t num_names;
    struct dirindex *buckets[NUM_DIR_BUCKETS];
};

struct dirindexes *dirindexes_create(void)
{
    struct dirindexes *indexes = calloc(1, sizeof(*indexes));
    if (indexes)
        list_init(&indexes->used);
    return indexes;
}

static void release(struct dirindex *index)
{
    struct dirindex **link = &index->all->buckets[index->dir % NUM_DIR_BUCKETS];
    while (*link != index)
        link = &(*link)->next;
    *link = index->next;
    list_remove(&index->elem);
    index->all->num_names -= index->num_names;
    for (size_t i = 0; i < index->num_buckets; i++) {
        struct dirindex_entry *entry = index->buckets[i], *next;
        for (; entry; entry = next) {
            next = entry->next;
            free(entry);
        }
    }
    free(index->buckets);
    free(index->rooms);
    free(index);
}

void dirindexes_destroy(struct dirindexes *indexes)
{
    if (!indexes)
        return;
    LIST_FOR_EACH (index, &indexes->used, struct dirindex, elem)
        release(index);
    free(indexes);
}

struct dirindex *dirindex_find(struct dirindexes *indexes, ext2_ino_t dir)
{
    struct dirindex *index = indexes->buckets[dir % NUM_DIR_BUCKETS];
    while (index && index->dir != dir)
        index = index->next;
    if (index) {
        list_remove(&index->elem);
        list_push_back(&indexes->used, &index->elem);
    }
    return index;
}

struct dirindex *dirindex_make(struct dirindexes *indexes, ext2_ino_t dir)
{
    while (indexes->num_names > MAX_NAMES)
        release(LIST_CONTAINER(indexes->used.next, struct dirindex, elem));
    struct dirindex *index = calloc(1, sizeof(*index));
    struct dirindex_entry **buckets = calloc(MIN_BUCKETS, sizeof(struct dirindex_entry *));
    if (!index || !buckets) {
        free(index);
        free(buckets);
        return NULL;
    }
    *index = (struct dirindex){
        .all = indexes, .dir = dir, .num_buckets = MIN_BUCKETS, .buckets = buckets};
    index->next = indexes->buckets[dir % NUM_DIR_BUCKETS];
    indexes->buckets[dir % NUM_DIR_BUCKETS] = index;
    list_push_back(&indexes->used, &index->elem);
    return index;
}

void dirindex_forget(struct dirindexes *indexes, ext2_ino_t dir)
{
    struct dirindex *index = dirindex_find(indexes, dir);
    if (index)
        release(index);
}

// --- Blocks -------------------------------------------------------------------------------------

error_t dirindex_set_room(struct dirindex *index, uint32_t block, unsigned room)
{
    if (block >= index->max_blocks) {
        uint32_t max = MAX(block + 1, 2 * index->max_blocks);
        uint16_t *rooms = reallocarray(index->rooms, max, sizeof(*rooms));
        if (!rooms)
            return ERR_NO_MEMORY;
        memset(&rooms[index->max_blocks], 0, (max - index->max_blocks) * sizeof(*rooms));
        index->rooms = rooms;
        index->max_blocks = max;
    }
    index->num_blocks = MAX(index->num_blocks, block + 1);
    index->rooms[block] = (uint16_t)(room / 4);
    return OK;
}

bool dirindex_find_room(struct dirindex *index, unsigned room, uint32_t *block)
{
    if (index->last >= index->num_blocks || index->rooms[index->last] < room / 4) {
        index->last = 0;
        while (index->last < index->num_blocks && index->rooms[index->last] < room / 4)
            index->last++;
    }
    *block = index->last;
    return index->last < index->num_blocks;
}

void dirindex_set_damaged(struct dirindex *index)
{
    index->is_damaged = true;
}

bool dirindex_is_damaged(const struct dirindex *index)
{
    return index->is_damaged;
}

uint32_t dirindex_num_blocks(const struct dirindex *index)
{
    return index->num_blocks;
}

// --- Names --------------------------------------------------------------------------------------

static uint32_t hash_of(const char *name, size_t len)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)name[i]) * 0x100000001b3u;
    return (uint32_t)(hash ^ hash >> 32);
}

static struct dirindex_entry **bucket_of(struct dirindex *index, uint32_t hash)
{
    return &index->buckets[hash & (index->num_buckets - 1)];
}

// Appends to the bucket, so that lookups find the first entry of a name.
static void put(struct dirindex *index, struct dirindex_entry *entry)
{
    struct dirindex_entry **link = bucket_of(index, entry->hash);
    while (*link)
        link = &(*link)->next;
    entry->next = NULL;
    *link = entry;
}

static void grow(struct dirindex *index)
{
    size_t num = index->num_buckets;
    struct dirindex_entry **old = index->buckets;
    struct dirindex_entry **buckets = calloc(4 * num, sizeof(struct dirindex_entry *));
    if (!buckets)
        return; // lookups are slower, but correct
    index->buckets = buckets;
    index->num_buckets = 4 * num;
    for (size_t i = 0; i < num; i++) {
        struct dirindex_entry *entry = old[i], *next;
        for (; entry; entry = next) {
            next = entry->next;
            put(index, entry);
        }
    }
    free(old);
}

error_t dirindex_add(struct dirindex *index, const char *name, size_t len, ext2_ino_t ino,
                     uint32_t block)
{
    struct dirindex_entry *entry = malloc(sizeof(*entry) + len);
    if (!entry)
        return ERR_NO_MEMORY;
    entry->ino = ino;
    entry->block = block;
    entry->hash = hash_of(name, len);
    entry->len = (uint8_t)len;
    memcpy(entry->name, name, len);
    if (index->num_names >= index->num_buckets)
        grow(index);
    put(index, entry);
    index->num_names++;
    index->all->num_names++;
    return OK;
}

struct dirindex_entry *dirindex_lookup(struct dirindex *index, const char *name, size_t len)
{
    uint32_t hash = hash_of(name, len);
    struct dirindex_entry *entry = *bucket_of(index, hash);
    while (entry &&
           (entry->hash != hash || entry->len != len || memcmp(entry->name, name, len) != 0))
        entry = entry->next;
    return entry;
}

void dirindex_remove(struct dirindex *index, struct dirindex_entry *entry)
{
    struct dirindex_entry **link = bucket_of(index, entry->hash);
    while (*link != entry)
        link = &(*link)->next;
    *link = entry->next;
    index->num_names--;
    index->all->num_names--;
    free(entry);
}
