#include <oolong/bitmap.h>
