// The names of directories in memory, and the block that each is in. An index is made when its
// directory is first used. entry.c keeps it up to date. It is dropped when other indexes need the
// memory.
#ifndef EXT4FS_DIRINDEX_H
#define EXT4FS_DIRINDEX_H

#include "volume.h"

struct dirindex;

struct dirindex_entry {
    struct dirindex_entry *next; // next entry in the same bucket
    ext2_ino_t ino;
    uint32_t block; // number of the block within the directory
    uint32_t hash;
    uint8_t len;
    char name[];
};

struct dirindexes;

// NULL: out of memory.
struct dirindexes *dirindexes_create(void);
void dirindexes_destroy(struct dirindexes *indexes);

// The index of a directory, or NULL.
struct dirindex *dirindex_find(struct dirindexes *indexes, ext2_ino_t dir);

// Makes an empty index. The index and its entries are valid until the next one is made. NULL: out
// of memory.
struct dirindex *dirindex_make(struct dirindexes *indexes, ext2_ino_t dir);

// Drops the index of a directory.
void dirindex_forget(struct dirindexes *indexes, ext2_ino_t dir);

// Notes a block of the directory and the longest entry that it has room for.
//
// ERR_NO_MEMORY.
__mustuse error_t dirindex_set_room(struct dirindex *index, uint32_t block, unsigned room);

// Finds a block with room. False: there is none.
bool dirindex_find_room(struct dirindex *index, unsigned room, uint32_t *block);

// Marks an index as incomplete, because the directory is damaged.
void dirindex_set_damaged(struct dirindex *index);
bool dirindex_is_damaged(const struct dirindex *index);

uint32_t dirindex_num_blocks(const struct dirindex *index);

// ERR_NO_MEMORY.
__mustuse error_t dirindex_add(struct dirindex *index, const char *name, size_t len, ext2_ino_t ino,
                               uint32_t block);

// The entry with a name, or NULL. If a damaged directory has several, this is the first.
struct dirindex_entry *dirindex_lookup(struct dirindex *index, const char *name, size_t len);

void dirindex_remove(struct dirindex *index, struct dirindex_entry *entry);

#endif
