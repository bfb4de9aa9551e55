// What the files of the task share.
#ifndef WEBAPI_H
#define WEBAPI_H

#include <oolong/list.h>
#include <oolong/message.h>
#include "listing.h"
#include "request.h"
#include "text.h"

// What is sent for one request: `text`, then `left` bytes of a file, or the rest of a listing.
struct answer {
    struct text text;
    size_t sent; // of `text`
    task_t fs;
    unsigned status;
    handle_t file; // 0: none
    uint64_t offset;
    uint64_t left;
    struct listing *listing; // NULL: none, or all of it is in `text`
    bool chunked;            // the listing is
    bool keep_alive;
    bool failed; // in the middle: the connection ends
};

// answer.c

// Makes the answer to a request, which is whole or bad. The page of figures has `num_conns`.
void answer_make(struct answer *answer, const struct request *request, size_t num_conns);
// Replaces the text by the next bytes of the file or the listing. False: there are none.
bool answer_refill(struct answer *answer);
void answer_free(struct answer *answer);

// metrics.c: the page of figures. False: the launcher does not give them.
bool metrics_write(struct text *text, size_t num_conns);
void metrics_count(unsigned status, uint64_t bytes); // of a new answer
void metrics_count_bytes(uint64_t bytes);            // more of one

// conn.c: the connections, by their handles.

void conns_init(task_t task);
void conns_accept(handle_t listener);
void conn_event(handle_t handle); // something happened to it
// Serves those that still had something to do. False: none has.
bool conns_run(void);
// Closes those that have been idle for too long. Returns whether there are any left.
bool conns_expire(void);
size_t conns_num(void);

#endif
