// Words that generated C cannot use as names.
#ifndef IDLC_RESERVED_H
#define IDLC_RESERVED_H

#include "ast.h"

// Why `name` cannot be the name of a field, a parameter or a member: "a keyword of C", or NULL.
const char *reserved_word(const char *name);

// Why `c_name` cannot be a name at file scope: a macro, type or function of the C library or of
// libipc.
const char *reserved_global(const char *c_name);

// The same for the name of an enumeration, or a struct.
const char *reserved_tag(const char *c_name);

// The names of headers, several in a string, separated by blanks, below titles such as "macros:"
// and "own types:"; the last is NULL. embed-names makes it.
extern const char *const reserved_names[];

#endif
