// Directory listings in the form of fs.list: packed records, little-endian.
#include "listing.h"
#include <stdlib.h>
#include <string.h>

#define RECORD_LEN 21 // without the name

static size_t record_len(const struct index *index, uint32_t node)
{
    return RECORD_LEN + strlen(index->nodes[node].name) + 1;
}

static uint8_t *put_le(uint8_t *p, uint64_t value, int num_bytes)
{
    for (int i = 0; i < num_bytes; i++)
        *p++ = (uint8_t)(value >> (8 * i));
    return p;
}

static uint8_t *put_record(uint8_t *p, const struct index *index, uint32_t node)
{
    const struct inode *inode = index_inode(index, node);
    const char *name = index->nodes[node].name;
    p = put_le(p, inode->size, 8);
    p = put_le(p, (uint64_t)inode->mtime, 8);
    p = put_le(p, inode->mode, 4);
    p = put_le(p, inode->kind, 1);
    strcpy((char *)p, name);
    return p + strlen(name) + 1;
}

error_t listing_pack(const struct index *index, uint32_t dir, uint32_t first, size_t max_len,
                     void **entries, size_t *len, uint32_t *next)
{
    uint32_t num = index->nodes[dir].num_children, end = first;
    size_t total = 0;
    while (end < num) {
        size_t one = record_len(index, index_child(index, dir, end));
        if (end > first && total + one > max_len)
            break;
        total += one;
        end++;
    }

    uint8_t *packed = malloc(total > 0 ? total : 1);
    if (!packed)
        return ERR_NO_MEMORY;
    uint8_t *p = packed;
    for (uint32_t k = first; k < end; k++)
        p = put_record(p, index, index_child(index, dir, k));
    *entries = packed;
    *len = total;
    *next = end < num ? end : 0;
    return OK;
}
