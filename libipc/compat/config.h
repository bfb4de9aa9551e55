#include <oolong/config.h>
