// The counters of a task that counts nothing.
#include "counting.h"

struct counting counting;
