// What tests look at in a file system of ext4fs: all of its tree, and whether it makes sense.
#ifndef TESTS_EXT4_VOLUME_CHECK_H
#define TESTS_EXT4_VOLUME_CHECK_H

#include "volume.h"

struct tree_view {
    uint64_t hash; // of names, what fs.list says of them, targets and contents
    unsigned num_names;
    unsigned num_errors; // of what could not be read
};

// Reads all names, and of each file the beginning and the end, up to a bound that no whole image
// reaches.
struct tree_view check_read_tree(struct volume *volume);

// Whether each inode that is in use has its links, and each block that is in use one owner: what a
// file system that only ext4fs wrote to must have. Nothing may be open, and all be committed.
bool check_is_sound(struct volume *volume);

#endif
