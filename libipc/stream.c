// Owns the streams of ool_stream() that were not sent yet.
//
// A stream is a block of malloc() memory. The program frees it like any payload, so generated
// servers need not know of streams. The library's own fields come after the program's bytes.

#include "stream.h"
#include <stdlib.h>
#include <oolong/list.h>
#include <resea/ipc.h>

struct stream {
    list_elem_t elem;
    void *state; // the program's: the beginning of the block
    ool_fill fill;
    void *made; // the payload, if it had to be produced as a whole
};

static list_t streams = {&streams, &streams};

void *ool_stream(ool_fill fill, size_t size)
{
    size_t offset, total;
    if (__builtin_add_overflow(size, _Alignof(max_align_t) - 1, &offset))
        return NULL;
    offset = ALIGN_DOWN(offset, _Alignof(max_align_t));
    if (__builtin_add_overflow(offset, sizeof(struct stream), &total))
        return NULL;
    uint8_t *state = calloc(1, total);
    if (!state)
        return NULL;
    struct stream *stream = (struct stream *)(void *)(state + offset);
    stream->state = state;
    stream->fill = fill;
    list_push_back(&streams, &stream->elem);
    return state;
}

struct stream *stream_find(const void *payload)
{
    LIST_FOR_EACH (stream, &streams, struct stream, elem) {
        if (stream->state == payload)
            return stream;
    }
    return NULL;
}

error_t stream_fill(struct stream *stream, void *buf, size_t offset, size_t len)
{
    error_t err = len > 0 ? stream->fill(stream->state, buf, offset, len) : OK;
    if (!IS_ERROR(err))
        return OK;
    // Two errors have another meaning for the receiver of the message, so they are replaced.
    bool plain = err >= ERR_LAST && err != ERR_TRY_AGAIN && err != DONT_REPLY;
    return plain ? err : ERR_UNAVAILABLE;
}

error_t stream_make(struct stream *stream, size_t len, void **data)
{
    if (!stream->made) {
        void *made = len < SIZE_MAX ? malloc(len + 1) : NULL;
        if (!made)
            return ERR_NO_MEMORY;
        error_t err = stream_fill(stream, made, 0, len);
        if (IS_ERROR(err)) {
            free(made);
            return err;
        }
        stream->made = made;
    }
    *data = stream->made;
    return OK;
}

bool stream_release(const void *payload)
{
    struct stream *stream = stream_find(payload);
    if (!stream)
        return false;
    free(stream->made);
    list_remove(&stream->elem);
    return true;
}
