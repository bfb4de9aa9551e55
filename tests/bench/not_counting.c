// The counters of a task that does not count.
#include "counting.h"

struct counting counting;
