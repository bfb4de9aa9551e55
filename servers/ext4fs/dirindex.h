// Which names a directory has, and in which of its blocks, in memory: made when a directory is
// first looked at, kept up to date by entry.c, and given up when memory is wanted for others.
#ifndef EXT4FS_DIRINDEX_H
#define EXT4FS_DIRINDEX_H

#include "volume.h"

struct dirindex;

struct dirindex_entry {
    struct dirindex_entry *next; // of the same bucket
    ext2_ino_t ino;
    uint32_t block; // of the directory
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

// Makes an empty index. It, and what is got of it, is valid until the next is made. NULL: out of
// memory.
struct dirindex *dirindex_make(struct dirindexes *indexes, ext2_ino_t dir);

// Gives the index of a directory up.
void dirindex_forget(struct dirindexes *indexes, ext2_ino_t dir);

// Notes that there is a block, or that one has room for an entry of `room` bytes.
//
// ERR_NO_MEMORY.
__mustuse error_t dirindex_set_room(struct dirindex *index, uint32_t block, unsigned room);

// Finds a block with room. False: there is none.
bool dirindex_find_room(struct dirindex *index, unsigned room, uint32_t *block);

// A directory that is damaged has names that are not known.
void dirindex_set_damaged(struct dirindex *index);
bool dirindex_is_damaged(const struct dirindex *index);

uint32_t dirindex_num_blocks(const struct dirindex *index);

// ERR_NO_MEMORY.
__mustuse error_t dirindex_add(struct dirindex *index, const char *name, size_t len, ext2_ino_t ino,
                               uint32_t block);

// The entry with a name, the first if a damaged directory has several; or NULL.
struct dirindex_entry *dirindex_lookup(struct dirindex *index, const char *name, size_t len);

void dirindex_remove(struct dirindex *index, struct dirindex_entry *entry);

#endif
