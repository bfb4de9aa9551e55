// The types of the language.
#ifndef IDLC_BASE_TYPES_H
#define IDLC_BASE_TYPES_H

#include "ast.h"

extern const struct base_type base_types[];
extern const size_t num_base_types;

// NULL if it is not a base type. exception_type is an enumeration that base.idl declares.
const struct base_type *base_type_find(const char *name);

// A type with all aliases resolved: its element's size, alignment and base, and their number.
struct type_shape {
    const struct base_type *base;        // NULL for an enumeration
    const struct enum_decl *enumeration; // NULL for a base type
    size_t element_size;
    size_t align;
    uint64_t count; // elements, all dimensions multiplied; 1 when it is no array
    bool is_array;  // in C, so copied with memcpy
    unsigned num_dimensions;
};

// False if the type is unknown, which check has reported.
bool type_shape(const struct type_ref *type, struct type_shape *shape);

#endif
