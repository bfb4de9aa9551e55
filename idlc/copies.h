// Interfaces that are given once more.
#ifndef IDLC_COPIES_H
#define IDLC_COPIES_H

#include "ast.h"

// Takes out of the program what stands in a second file as it stands in the first, and reports what
// is there in a namespace of the first file and is different or new. Before the names are checked.
void copies_remove(struct program *program);

#endif
