#include <oolong/print_macros.h>
