#include <oolong/idl.h>
