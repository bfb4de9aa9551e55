#include <oolong/types.h>
