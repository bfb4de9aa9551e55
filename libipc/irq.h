// Descriptors that a server watches besides its channels.
#ifndef LIBIPC_IRQ_H
#define LIBIPC_IRQ_H

#include <stdbool.h>

// irq.c
/// Whether `cookie`, of transport_wait(), is that of a watched descriptor.
bool irq_owns(const void *cookie);

/// Whether any descriptor is watched.
bool irq_any(void);

#endif
