// Names and types. Reports all that is wrong with them, and fills in what ast.h says check sets.
#ifndef IDLC_CHECK_H
#define IDLC_CHECK_H

#include "ast.h"

// Each name once in its namespace; fields and items each once; names that C can use.
void check_names(struct program *program);

// Each type known, arrays and constants in range, no alias that comes back to itself.
void check_types(struct program *program);

// Derives the names in C, and reports two declarations that come to the same one.
void check_c_names(struct program *program);

#endif
