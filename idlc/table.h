// A hash table from strings to pointers. Keys and values belong to the caller and outlive the
// table.
#ifndef IDLC_TABLE_H
#define IDLC_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct table_entry {
    const char *key; // NULL: free
    void *value;
};
struct table {
    struct table_entry *entries;
    size_t cap;
    size_t len;
};

// The value of `key`, or NULL.
void *table_get(const struct table *table, const char *key);
// Gives `key` a value. Returns NULL, or the value that it has already (and then keeps).
void *table_put(struct table *table, const char *key, void *value);
void table_free(struct table *table);

// FNV-1a, 32 bits. Also the base of message numbers and digests: its value is part of what two
// programs must agree on, and never changes.
#define FNV_START 0x811c9dc5u
uint32_t fnv1a(uint32_t hash, const char *text);

#endif
