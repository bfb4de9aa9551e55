// One block of a directory: what it holds, and changes of it in memory.
#ifndef EXT4FS_DIRBLOCK_H
#define EXT4FS_DIRBLOCK_H

#include "volume.h"

// A walk through the entries of a block, unused ones too.
struct dirblock_walk {
    ext2_filsys fs;
    uint8_t *block;
    unsigned at;  // of `entry`
    unsigned len; // of `entry`
    struct ext2_dir_entry *entry;
    struct ext2_dir_entry *previous; // NULL: `entry` is the first
    bool is_damaged;                 // which ends the walk
};

// Begins a walk: the first dirblock_next() finds the first entry.
void dirblock_begin(struct dirblock_walk *walk, ext2_filsys fs, void *block);
bool dirblock_next(struct dirblock_walk *walk);

// Goes to the entry with a name. False: there is none before the end, or before what is damaged.
bool dirblock_find(struct dirblock_walk *walk, const char *name, size_t len);

// The longest entry that could be put in.
unsigned dirblock_room(ext2_filsys fs, void *block);

// Bytes of an entry with a name of some length.
unsigned dirblock_entry_len(size_t name_len);

// Puts an entry in. `type` is what the file system keeps beside the inode's number, if it does.
// False: there is no room.
bool dirblock_insert(ext2_filsys fs, void *block, const char *name, size_t len, ext2_ino_t ino,
                     int type);

// Takes the entry of a walk out.
void dirblock_remove(struct dirblock_walk *walk);

// Lets the entry of a walk name another inode.
void dirblock_set(struct dirblock_walk *walk, ext2_ino_t ino, int type);

// Makes a block of a directory's index one like any other. `is_first`: the first of its directory.
void dirblock_unindex(ext2_filsys fs, void *block, bool is_first);

#endif
