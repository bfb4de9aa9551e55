// What the files of the task share.
#ifndef WEBAPI_H
#define WEBAPI_H

#include <oolong/list.h>
#include <oolong/message.h>
#include "listing.h"
#include "request.h"
#include "text.h"

// The answer to a request: `text`, then `left` bytes of a file, or the rest of a listing.
struct answer {
    struct text text;
    size_t sent; // bytes of `text` that are sent
    task_t fs;
    unsigned status;
    handle_t file; // 0: none
    uint64_t offset;
    uint64_t left;
    struct listing *listing; // NULL: none, or all of it is in `text`
    bool chunked;            // the listing is sent in chunks
    bool keep_alive;
    bool failed; // it cannot be completed, so the connection ends
};

// answer.c

// Makes the answer to a request, which is whole or bad. The page of figures has `num_conns`.
void answer_make(struct answer *answer, const struct request *request, size_t num_conns);
// Replaces the text, which is sent, with the next bytes of the file or of the listing. False: there
// are none.
bool answer_refill(struct answer *answer);
void answer_free(struct answer *answer);

// metrics.c: the page of figures. False: the launcher does not give them.
bool metrics_write(struct text *text, size_t num_conns);
void metrics_count(unsigned status, uint64_t bytes); // a new answer, with its first bytes
void metrics_count_bytes(uint64_t bytes);            // more bytes of an answer

// conn.c: the connections, by their handles.

void conns_init(task_t task);
void conns_accept(handle_t listener);
void conn_event(handle_t handle); // tcpip has told an event of the connection
// Gives each connection that can go on one turn. Returns whether any can still go on.
bool conns_run(void);
// Closes connections that have been idle for too long. Returns whether there are any left.
bool conns_expire(void);
size_t conns_num(void);

#endif
