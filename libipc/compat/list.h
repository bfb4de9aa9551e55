#include <oolong/list.h>
