// Checks names and types. Reports all errors, and fills in the members that ast.h marks "set by
// check".
#ifndef IDLC_CHECK_H
#define IDLC_CHECK_H

#include "ast.h"

// Each name is declared once in its namespace, message or enumeration, and C can use it.
void check_names(struct program *program);

// Each type is known, arrays and constants are in range, and no alias is defined by itself.
void check_types(struct program *program);

// Derives the names in C, and reports two declarations with the same one.
void check_c_names(struct program *program);

#endif
