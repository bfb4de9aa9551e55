// A queue of bytes: those that a connection has received and its owner has not read yet.
#ifndef TCPIP_FIFO_H
#define TCPIP_FIFO_H

#include <oolong/types.h>
#include <stddef.h>

// An empty queue is {0}.
struct fifo {
    uint8_t *bytes;
    size_t start;
    size_t len;
    size_t size;
};

// Makes room for `len` more bytes and returns where to write them. After writing, call fifo_added()
// with the number of bytes written. NULL: there is no memory.
uint8_t *fifo_reserve(struct fifo *fifo, size_t len);
void fifo_added(struct fifo *fifo, size_t len);

// Moves the first `len` bytes into `buf`. The queue must have as many.
void fifo_take(struct fifo *fifo, void *buf, size_t len);

// Empties the queue and frees its memory.
void fifo_free(struct fifo *fifo);

#endif
