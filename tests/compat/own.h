#ifndef OWN_H
#define OWN_H

#include <types.h>

uint32_t random(void);

#endif
