// Payloads that are made while they are sent: what ool_stream() gave out. See <resea/ipc.h>.
#ifndef LIBIPC_STREAM_H
#define LIBIPC_STREAM_H

#include <oolong/types.h>

struct stream;

/// The stream that `payload` stands for, or NULL: it is ordinary memory.
struct stream *stream_find(const void *payload);

/// Has the program make `len` bytes at `offset` of the payload, in `buf`. The error is one that may
/// go to the receiver.
error_t stream_fill(struct stream *stream, void *buf, size_t offset, size_t len) __mustuse;

/// All of the payload, in memory that stays until the stream is released. Made once, however often
/// the message has to be sent.
error_t stream_make(struct stream *stream, size_t len, void **data) __mustuse;

/// The message that carries `payload` was sent, or was not: from now on it is ordinary memory.
/// False: it was before.
bool stream_release(const void *payload);

#endif
