// Reads and changes one block of a directory in memory.
#ifndef EXT4FS_DIRBLOCK_H
#define EXT4FS_DIRBLOCK_H

#include "volume.h"

// A walk through the entries of a block, including unused ones.
struct dirblock_walk {
    ext2_filsys fs;
    uint8_t *block;
    unsigned at;  // offset of `entry`
    unsigned len; // length of `entry`
    struct ext2_dir_entry *entry;
    struct ext2_dir_entry *previous; // NULL: `entry` is the first
    bool is_damaged;                 // damage ends the walk
};

// Begins a walk: the first dirblock_next() finds the first entry.
void dirblock_begin(struct dirblock_walk *walk, ext2_filsys fs, void *block);
bool dirblock_next(struct dirblock_walk *walk);

// Goes to the entry with a name. False: there is none before the end or before damage.
bool dirblock_find(struct dirblock_walk *walk, const char *name, size_t len);

// The length of the longest entry that fits into the block.
unsigned dirblock_room(ext2_filsys fs, void *block);

// The length of an entry whose name has `name_len` bytes.
unsigned dirblock_entry_len(size_t name_len);

// Adds an entry. `type` is stored if the file system stores types. False: no room.
bool dirblock_insert(ext2_filsys fs, void *block, const char *name, size_t len, ext2_ino_t ino,
                     int type);

// Removes the current entry of a walk.
void dirblock_remove(struct dirblock_walk *walk);

// Makes the current entry of a walk name another inode.
void dirblock_set(struct dirblock_walk *walk, ext2_ino_t ino, int type);

// Turns a block with an index into an ordinary one. `is_first`: the block is the first of its
// directory.
void dirblock_unindex(ext2_filsys fs, void *block, bool is_first);

#endif
