// Payloads of ool_stream(), which are produced while they are sent. See <resea/ipc.h>.
#ifndef LIBIPC_STREAM_H
#define LIBIPC_STREAM_H

#include <oolong/types.h>

struct stream;

/// The stream whose address `payload` is. NULL: it is ordinary memory.
struct stream *stream_find(const void *payload);

/// Has the program write `len` bytes of the payload, from `offset`, to `buf`. Returns an error that
/// the receiver may get.
error_t stream_fill(struct stream *stream, void *buf, size_t offset, size_t len) __mustuse;

/// Produces the whole payload in memory that stays until the stream is released. Later calls return
/// the same memory, so that the message can be sent again.
error_t stream_make(struct stream *stream, size_t len, void **data) __mustuse;

/// Releases a stream after its message was sent, or failed to be sent: it becomes ordinary memory.
/// Returns false if `payload` is no stream.
bool stream_release(const void *payload);

#endif
