// The C library's <string.h> and the helpers that servers expect beside it.
#include_next <string.h>
#include <oolong/string.h>
