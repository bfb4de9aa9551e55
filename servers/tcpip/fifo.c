// A queue of bytes: see fifo.h.
#include "fifo.h"
#include <stdlib.h>
#include <string.h>

uint8_t *fifo_reserve(struct fifo *fifo, size_t len)
{
    if (fifo->start > 0 && fifo->start + fifo->len + len > fifo->size) {
        memmove(fifo->bytes, fifo->bytes + fifo->start, fifo->len);
        fifo->start = 0;
    }
    if (fifo->len + len > fifo->size) {
        size_t size = MAX(fifo->len + len, fifo->size * 2);
        uint8_t *bytes = realloc(fifo->bytes, size);
        if (!bytes)
            return NULL;
        fifo->bytes = bytes;
        fifo->size = size;
    }
    return fifo->bytes + fifo->start + fifo->len;
}

void fifo_added(struct fifo *fifo, size_t len)
{
    fifo->len += len;
}

void fifo_take(struct fifo *fifo, void *buf, size_t len)
{
    if (len > 0)
        memcpy(buf, fifo->bytes + fifo->start, len);
    fifo->start += len;
    fifo->len -= len;
    if (fifo->len == 0)
        fifo_free(fifo);
}

void fifo_free(struct fifo *fifo)
{
    free(fifo->bytes);
    *fifo = (struct fifo){0};
}
