// Descriptors that a server watches beside its channels.
#ifndef LIBIPC_IRQ_H
#define LIBIPC_IRQ_H

#include <stdbool.h>

// irq.c
/// Whether an event is of a watched descriptor.
bool irq_owns(const void *cookie);

/// Whether any descriptor is watched.
bool irq_any(void);

#endif
