// Payloads that are made where they are sent from: what ool_alloc() gave out. See <resea/ipc.h>.
#ifndef LIBIPC_IN_PLACE_H
#define LIBIPC_IN_PLACE_H

#include <oolong/types.h>

/// The message that carries `payload` to `dst` was sent, or was not: if it was given out by
/// ool_alloc(), it is not the caller's any more; if by ool_stream(), it is memory like any other
/// now. Anything else is left alone.
void in_place_release(task_t dst, const void *payload);

#endif
