// What idlc knows about every message, for libraries and tools. The tables are in idl_tables.c,
// which idlc generates for each program.
#ifndef OOLONG_IDL_TABLES_H
#define OOLONG_IDL_TABLES_H

#include <oolong/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct idl_message {
    uint16_t id;         // MSG_ID(type)
    int type;            // the whole type word
    uint32_t digest;     // of everything that both sides must agree on; a reply has its request's
    const char *ns;      // "fs"; "" outside of a namespace
    const char *name;    // "fs.open", "fs.open_reply"
    const uint8_t *gaps; // bytes of the body that belong to no field: pairs of offset and length,
                         // ended by a length of 0
};

extern const struct idl_message oolong_idl_messages[]; // sorted by id
extern const unsigned oolong_idl_num_messages;

/// The message of a type, NULL when the program was built without its interface.
static inline const struct idl_message *idl_find_message(int type)
{
    unsigned low = 0;
    unsigned high = oolong_idl_num_messages;
    unsigned id = OOLONG_CAST(unsigned, type) & 0xffff;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (oolong_idl_messages[middle].id == id)
            return &oolong_idl_messages[middle];
        if (oolong_idl_messages[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return OOLONG_NULL;
}

#ifdef __cplusplus
}
#endif

#endif
