// Payloads in memory of ool_alloc(). See <resea/ipc.h>.
#ifndef LIBIPC_IN_PLACE_H
#define LIBIPC_IN_PLACE_H

#include <oolong/types.h>

/// Releases `payload` after its message was sent to `dst`, or failed to be sent. Memory of
/// ool_alloc() no longer belongs to the caller then. Memory of ool_stream() becomes ordinary
/// malloc() memory. Does nothing for other memory.
void in_place_release(task_t dst, const void *payload);

#endif
