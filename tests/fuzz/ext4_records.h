// Inputs of the fuzz target ext4.
//
// The input: a byte for image and mode, one for the writes until the disk stops (0: it does not),
// one for which of the last writes are left then, and records of four bytes and their content.
// Records below 0x80 patch a block, the others are operations.
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

// What operations are about: `a` of a record names one by its low four bits, another by the others.
extern const char *const record_paths[16];

// Takes the next record off. False: there is none.
bool record_next(const uint8_t **data, size_t *size, struct record *record);

enum operation record_operation(const struct record *record);

// Damages the disk (memory_disk.h). False: there is nothing of the kind in the input.
bool records_patch_disk(const uint8_t *data, size_t size);

#endif
