#include <oolong/unittest.h>
