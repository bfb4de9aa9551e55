// A request from its arrival to its answer is a sequence of transfers. Also decides which requests
// may be under way at the same time. Makes no system calls and knows no messages.
#ifndef DISK_REQUEST_H
#define DISK_REQUEST_H

#include <oolong/list.h>
#include <oolong/types.h>
#include "engine.h"

struct request {
    list_elem_t next; // in its queue
    task_t client;
    enum io_kind kind;
    uint64_t begin, end;  // bytes of the device that the client named
    uint64_t first, last; // the same, widened to whole blocks
    uint8_t *buf;         // reads and writes: last - first bytes, aligned
    void *data;           // a write of less than whole blocks: what goes into `buf` once it is read
    enum io_kind step;    // the transfer under way, which is a read before such a write
    uint64_t done;        // bytes of the step that have been transferred
    uint32_t align;
    bool started;
    int error; // errno of a transfer that failed, or 0
};

// Makes a request. `begin` and `end` are what blkcheck.h admits; `align` is the device's. The
// contents of `data` are copied. NULL: out of memory.
struct request *request_new(task_t client, enum io_kind kind, uint64_t begin, uint64_t end,
                            const void *data, uint32_t align);
void request_free(struct request *request);

// About how much memory a request takes.
size_t request_size(const struct request *request);

// The next transfer to make.
void request_transfer(struct request *request, struct io *io);

// Takes the result of that transfer from engine_next(). True: the request is done, or failed with
// `error`. False: another transfer follows.
bool request_advance(struct request *request, int64_t result);

// The error for the client.
error_t request_answer(const struct request *request);

// The bytes that the client of a read gets.
static inline const void *request_bytes(const struct request *request)
{
    return request->buf + (request->begin - request->first);
}

// --- Order --------------------------------------------------------------------------------------
//
// Overlapping requests of which one changes the device are served in the order of arrival. A flush
// is served after all earlier changes. All others may overtake each other.

struct queue {
    list_t requests; // as they came
    unsigned num;
    unsigned num_waiting; // those that are not started
    size_t size;          // request_size() of all
};

void queue_init(struct queue *queue);

// Adds a request, not started.
void queue_add(struct queue *queue, struct request *request);

// Removes a request that is done.
void queue_remove(struct queue *queue, struct request *request);

// The next request that may start, marked as started; NULL: none may.
struct request *queue_start(struct queue *queue);

// The request of a client, or NULL.
struct request *queue_find(struct queue *queue, task_t client);

#endif
