// The name under which older sources include <resea/printf.h>.
#include <resea/printf.h>
