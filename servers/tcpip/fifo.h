// Bytes that arrived and were not read yet.
#ifndef TCPIP_FIFO_H
#define TCPIP_FIFO_H

#include <oolong/types.h>
#include <stddef.h>

// {0} is an empty one.
struct fifo {
    uint8_t *bytes;
    size_t start;
    size_t len;
    size_t size;
};

// Makes room for `len` more bytes and returns where they go; fifo_added() then counts them. NULL:
// out of memory.
uint8_t *fifo_reserve(struct fifo *fifo, size_t len);
void fifo_added(struct fifo *fifo, size_t len);

// Takes the first `len` bytes, which must be there, into `buf`.
void fifo_take(struct fifo *fifo, void *buf, size_t len);

// Frees its memory and makes it empty.
void fifo_free(struct fifo *fifo);

#endif
