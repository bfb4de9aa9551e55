// Copies of interfaces.
#ifndef IDLC_COPIES_H
#define IDLC_COPIES_H

#include "ast.h"

// Removes from the program the declarations of a second file that repeat those of a first one.
// Reports declarations of the second file that differ or are new in such a namespace. Called before
// names are checked.
void copies_remove(struct program *program);

#endif
