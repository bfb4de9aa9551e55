// The C library's classes of characters, under the name that servers include.
#ifndef RESEA_CTYPE_H
#define RESEA_CTYPE_H

#include <ctype.h>
#include <oolong/types.h>

#endif
