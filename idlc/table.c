// A hash table from strings to pointers: open addressing, never deletes.
#include "table.h"
#include <stdlib.h>
#include <string.h>
#include "memory.h"

uint32_t fnv1a(uint32_t hash, const char *text)
{
    for (; *text; text++) {
        hash ^= (unsigned char)*text;
        hash *= 0x01000193u;
    }
    return hash;
}

static struct table_entry *find(const struct table *table, const char *key)
{
    size_t i = fnv1a(FNV_START, key) & (table->cap - 1);
    while (table->entries[i].key && strcmp(table->entries[i].key, key) != 0)
        i = (i + 1) & (table->cap - 1);
    return &table->entries[i];
}

static void grow(struct table *table)
{
    struct table old = *table;
    table->cap = old.cap ? old.cap * 2 : 64;
    size_t size = table->cap * sizeof(*table->entries);
    table->entries = memset(memory_alloc(size), 0, size);
    for (size_t i = 0; i < old.cap; i++) {
        if (old.entries[i].key)
            *find(table, old.entries[i].key) = old.entries[i];
    }
    free(old.entries);
}

void *table_get(const struct table *table, const char *key)
{
    return table->cap ? find(table, key)->value : NULL;
}

void *table_put(struct table *table, const char *key, void *value)
{
    if (table->len >= table->cap / 2)
        grow(table);
    struct table_entry *entry = find(table, key);
    if (entry->key)
        return entry->value;
    *entry = (struct table_entry){key, value};
    table->len++;
    return NULL;
}

void table_free(struct table *table)
{
    free(table->entries);
    *table = (struct table){0};
}
