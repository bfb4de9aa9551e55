// The C library's allocator, under the name that servers include.
#ifndef RESEA_MALLOC_H
#define RESEA_MALLOC_H

#include <stdlib.h>
#include <string.h>
#include <oolong/types.h>

#endif
