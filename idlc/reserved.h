// Words that generated C cannot use as names.
#ifndef IDLC_RESERVED_H
#define IDLC_RESERVED_H

#include "ast.h"

// Why `name` cannot be the name of a field, a parameter or a member: "a keyword of C", or NULL.
const char *reserved_word(const char *name);

// Why `c_name` cannot be a name at file scope: a macro, type or function of libipc's headers.
const char *reserved_global(const char *c_name);

#endif
