// Inputs of the fuzz target ext4.
//
// The first byte of an input selects the image and the mode. The second is the number of writes
// until the disk stops (0: it does not stop). The third selects which of the last writes remain
// then. Records follow, each of four bytes and its content. Records below 0x80 patch a block, the
// others are operations.
#ifndef TESTS_FUZZ_EXT4_RECORDS_H
#define TESTS_FUZZ_EXT4_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORDS_MAX 48

enum operation {
    OP_CREATE,
    OP_WRITE,
    OP_TRUNCATE,
    OP_MKDIR,
    OP_REMOVE,
    OP_RMDIR,
    OP_RENAME,
    OP_LINK,
    OP_SYMLINK,
    OP_OPEN,
    OP_CLOSE,
    OP_ATTRIBUTES,
    OP_LIST,
    OP_COMMIT,
    OP_SPECIAL,
    OP_EXCHANGE,
    OP_NODES,
    OP_XATTR,
    OP_ACL,
    OP_ALLOCATE,
    NUM_OPERATIONS,
};

struct record {
    uint8_t what;
    uint8_t len; // of `bytes`
    uint8_t a;
    uint8_t b;
    const uint8_t *bytes;
};

// The paths of operations. In a record, the low four bits of `a` select a path, and the high four
// bits select another one.
extern const char *const record_paths[16];

// Removes the next record from the data. False: there is none.
bool record_next(const uint8_t **data, size_t *size, struct record *record);

enum operation record_operation(const struct record *record);

// Damages the disk (memory_disk.h). False: the input has no patches.
bool records_patch_disk(const uint8_t *data, size_t size);

#endif
