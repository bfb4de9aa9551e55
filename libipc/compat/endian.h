// The C library's <endian.h> and the helpers that servers expect beside it.
#include_next <endian.h>
#include <oolong/endian.h>
