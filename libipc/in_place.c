// Owns the memory of ool_alloc(). It is in the ring of the channel if possible, or else on the
// heap. Callers see no difference.

#include "in_place.h"
#include <stdlib.h>
#include <oolong/list.h>
#include <resea/ipc.h>
#include "channel.h"
#include "shm_send.h"
#include "stream.h"

struct block {
    list_elem_t elem;
    _Alignas(16) uint8_t data[];
};

static list_t blocks = {&blocks, &blocks};

void *ool_alloc(task_t dst, size_t len)
{
    struct channel *ch = channel_find(dst);
    void *data = ch && ch->shm ? shm_alloc(ch, len) : NULL;
    if (data)
        return data;
    struct block *block = len < SIZE_MAX / 2 ? malloc(sizeof(*block) + len + 1) : NULL;
    if (!block)
        return NULL;
    list_push_back(&blocks, &block->elem);
    return block->data;
}

void in_place_release(task_t dst, const void *payload)
{
    if (stream_release(payload))
        return;
    struct channel *ch = channel_find(dst);
    if (ch && ch->shm && payload && shm_release(ch, payload))
        return;
    LIST_FOR_EACH (block, &blocks, struct block, elem) {
        if (block->data == payload) {
            list_remove(&block->elem);
            free(block);
            return;
        }
    }
}

void ool_cancel(task_t dst, void *payload)
{
    if (stream_release(payload))
        free(payload);
    else
        in_place_release(dst, payload);
}
