#include <oolong/list.h>
#include <oolong/print_macros.h>
