// Kept as a name for <resea/task.h>, which has all of it.
#include <resea/task.h>
