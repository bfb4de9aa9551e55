// A hash table that grows.
#include "known.h"
#include <stdlib.h>

#define MIN_BUCKETS 1024u

struct known {
    struct known *next;
    uint64_t node;
    uint64_t lookups;
    uint64_t bare_until_ns;
    handle_t handle; // 0: none
};

static struct known **buckets;
static size_t num_buckets, num_known;

static struct known **bucket_of(uint64_t node)
{
    return &buckets[(node * 0x9e3779b97f4a7c15u >> 32) & (num_buckets - 1)];
}

// Out of memory, the table keeps its size and becomes slower.
static void grow(void)
{
    size_t old_num = num_buckets;
    struct known **old = buckets;
    size_t num = old_num ? 4 * old_num : MIN_BUCKETS;
    struct known **new_buckets = calloc(num, sizeof(struct known *));
    if (!new_buckets)
        return;
    buckets = new_buckets;
    num_buckets = num;
    for (size_t i = 0; i < old_num; i++) {
        struct known *known = old[i], *next;
        for (; known; known = next) {
            next = known->next;
            struct known **bucket = bucket_of(known->node);
            known->next = *bucket;
            *bucket = known;
        }
    }
    free(old);
}

// The link to a node, or to the end of its bucket.
static struct known **find(uint64_t node)
{
    struct known **link = bucket_of(node);
    while (*link && (*link)->node != node)
        link = &(*link)->next;
    return link;
}

bool known_add(uint64_t node)
{
    if (num_known >= num_buckets)
        grow();
    if (num_buckets == 0)
        return false;
    struct known **link = find(node);
    if (!*link) {
        *link = calloc(1, sizeof(**link));
        if (!*link)
            return false;
        (*link)->node = node;
        num_known++;
    }
    (*link)->lookups++;
    return true;
}

static struct known *known_of(uint64_t node)
{
    return num_buckets ? *find(node) : NULL;
}

bool known_is_kept(uint64_t node)
{
    const struct known *known = known_of(node);
    return known && known->handle != 0;
}

void known_set_bare(uint64_t node, uint64_t until_ns)
{
    struct known *known = known_of(node);
    if (known)
        known->bare_until_ns = until_ns;
}

bool known_is_bare(uint64_t node, uint64_t now_ns)
{
    const struct known *known = known_of(node);
    return known && now_ns < known->bare_until_ns;
}

bool known_keep(uint64_t node, handle_t handle)
{
    struct known *known = known_of(node);
    if (!known || known->handle != 0)
        return false;
    known->handle = handle;
    return true;
}

handle_t known_forget(uint64_t node, uint64_t lookups)
{
    struct known **link = num_buckets ? find(node) : NULL;
    if (!link || !*link)
        return 0;
    struct known *known = *link;
    known->lookups -= MIN(lookups, known->lookups);
    if (known->lookups > 0)
        return 0;
    handle_t handle = known->handle;
    *link = known->next;
    free(known);
    num_known--;
    return handle;
}
