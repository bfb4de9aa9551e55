// Owns the handle tables, one an owner.

#include <resea/handle.h>
#include <stdlib.h>
#include <string.h>
#include <oolong/list.h>

#define MAX_HANDLES 65536

struct table {
    list_elem_t elem;
    task_t owner;
    size_t size; // entries
    size_t used;
    size_t low; // all entries before this one are used
    struct entry {
        bool used;
        void *data;
    } * entries; // handle h is entries[h - 1]
};

static list_t tables = {&tables, &tables};

static struct table *find_table(task_t owner)
{
    LIST_FOR_EACH (table, &tables, struct table, elem) {
        if (table->owner == owner)
            return table;
    }
    return NULL;
}

static struct entry *find_entry(task_t owner, handle_t handle)
{
    struct table *table = find_table(owner);
    if (!table || handle < 1 || (size_t)handle > table->size)
        return NULL;
    struct entry *entry = &table->entries[handle - 1];
    return entry->used ? entry : NULL;
}

static void free_table(struct table *table)
{
    list_remove(&table->elem);
    free(table->entries);
    free(table);
}

handle_t handle_alloc(task_t owner)
{
    struct table *table = find_table(owner);
    if (!table) {
        table = calloc(1, sizeof(*table));
        if (!table)
            return ERR_NO_MEMORY;
        table->owner = owner;
        list_push_back(&tables, &table->elem);
    }
    size_t i = table->low;
    while (i < table->size && table->entries[i].used)
        i++;
    if (i == table->size) {
        size_t size = table->size ? table->size * 2 : 16;
        struct entry *entries =
            size <= MAX_HANDLES ? realloc(table->entries, size * sizeof(*entries)) : NULL;
        if (!entries)
            return ERR_NO_MEMORY;
        memset(entries + table->size, 0, (size - table->size) * sizeof(*entries));
        table->entries = entries;
        table->size = size;
    }
    table->entries[i] = (struct entry){.used = true};
    table->used++;
    table->low = i + 1;
    return (handle_t)i + 1;
}

void *handle_get(task_t owner, handle_t handle)
{
    struct entry *entry = find_entry(owner, handle);
    return entry ? entry->data : NULL;
}

void handle_set(task_t owner, handle_t handle, void *data)
{
    struct entry *entry = find_entry(owner, handle);
    if (entry)
        entry->data = data;
}

void handle_free(task_t owner, handle_t handle)
{
    struct entry *entry = find_entry(owner, handle);
    if (!entry)
        return;
    entry->used = false;
    entry->data = NULL;
    struct table *table = find_table(owner);
    table->low = MIN(table->low, (size_t)handle - 1);
    if (--table->used == 0)
        free_table(table);
}

void handle_free_all(task_t owner, void (*before_free)(void *data))
{
    struct table *table = find_table(owner);
    if (!table)
        return;
    for (size_t i = 0; before_free && i < table->size; i++) {
        if (table->entries[i].used)
            before_free(table->entries[i].data);
    }
    free_table(table);
}
