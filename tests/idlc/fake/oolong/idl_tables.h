// The tables that idlc generates, as libipc declares them.
#ifndef OOLONG_IDL_TABLES_H
#define OOLONG_IDL_TABLES_H

#include <stdint.h>

struct idl_message {
    uint16_t id;
    uint16_t ns;
    const char *name;
};
struct idl_namespace {
    const char *name;
    uint32_t name_hash;
    uint32_t digest;
};
extern const struct idl_message oolong_idl_messages[];
extern const unsigned oolong_idl_num_messages;
extern const struct idl_namespace oolong_idl_namespaces[];
extern const unsigned oolong_idl_num_namespaces;

#endif
