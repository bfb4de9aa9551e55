#include <stdarg.h>
#include <resea/printf.h>
