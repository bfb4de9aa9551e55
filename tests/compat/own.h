#ifndef OWN_H
#define OWN_H

#include <types.h>

uint32_t random(void);

static inline int labs(int a, int b)
{
    return a > b ? a : b;
}

#endif
