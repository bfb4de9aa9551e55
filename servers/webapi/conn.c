// The connections. Each goes on until it would have to wait: it reads a request, makes the answer,
// sends it and reads the next request. Then it waits for an event.
#include <idl/tcpip.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "webapi.h"

#define CONNS_MAX  512
#define BUCKETS    256 // of client addresses
#define READ_LEN   16384u
#define STEPS_MAX  4     // of one connection, before the others have their turn
#define IDLE_MS    30000 // between requests, and for each read or write
#define REQUEST_MS 20000 // from the first byte of a request to its last

struct conn {
    handle_t handle;
    uint32_t addr;     // of the client
    list_elem_t ready; // in the list of connections that can go on
    struct request request;
    bool answering;
    bool ends; // the connection ends after this answer
    struct answer answer;
    uint8_t *in; // bytes that were read from tcpip and are not handled yet
    size_t in_len;
    size_t in_at;
    uint64_t active_ms; // when bytes were last read or sent
    uint64_t began_ms;  // when the first byte of the request came; 0: none has
};

static task_t tcpip;
static struct conn *conns[CONNS_MAX];
static size_t num_conns;
static list_t ready = {&ready, &ready};

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void conns_init(task_t task)
{
    tcpip = task;
}

size_t conns_num(void)
{
    return num_conns;
}

static void close_conn(size_t i)
{
    struct conn *conn = conns[i];
    (void)tcpip_close(tcpip, conn->handle);
    list_remove(&conn->ready);
    answer_free(&conn->answer);
    free(conn->in);
    free(conn);
    conns[i] = conns[--num_conns];
    conns[num_conns] = NULL;
}

static void drop(struct conn *conn)
{
    for (size_t i = 0; i < num_conns; i++) {
        if (conns[i] == conn) {
            close_conn(i);
            return;
        }
    }
}

static void make_ready(struct conn *conn)
{
    if (!conn->ready.next)
        list_push_back(&ready, &conn->ready);
}

static unsigned bucket_of(const struct conn *conn)
{
    return (conn->addr * 2654435761u) >> 24;
}

// Makes room: ends the connection that has been idle for longest, of the client address that has
// most connections.
static void drop_idlest(void)
{
    unsigned counts[BUCKETS] = {0}, most = 0;
    for (size_t i = 0; i < num_conns; i++) {
        if (++counts[bucket_of(conns[i])] > counts[most])
            most = bucket_of(conns[i]);
    }
    size_t idlest = num_conns;
    for (size_t i = 0; i < num_conns; i++) {
        if (bucket_of(conns[i]) == most &&
            (idlest == num_conns || conns[i]->active_ms < conns[idlest]->active_ms))
            idlest = i;
    }
    close_conn(idlest);
}

void conns_accept(handle_t listener)
{
    handle_t handle;
    while (IS_OK(tcpip_accept(tcpip, listener, &handle))) {
        if (num_conns == CONNS_MAX)
            drop_idlest();
        struct conn *conn = calloc(1, sizeof(*conn));
        if (!conn) {
            (void)tcpip_close(tcpip, handle);
            continue;
        }
        uint16_t port;
        conn->handle = handle;
        if (IS_ERROR(tcpip_peer(tcpip, handle, &conn->addr, &port)))
            conn->addr = 0; // the connection has broken; the next read says so
        conn->active_ms = now_ms();
        request_init(&conn->request);
        conns[num_conns++] = conn;
        make_ready(conn);
    }
}

void conn_event(handle_t handle)
{
    for (size_t i = 0; i < num_conns; i++) {
        if (conns[i]->handle == handle)
            make_ready(conns[i]);
    }
}

// The result of one step.
enum step {
    STEP_AGAIN, // there may be more to do
    STEP_WAIT,  // there is nothing to do before the next event
    STEP_END,   // the connection ends
};

static enum step send_some(struct conn *conn)
{
    struct answer *answer = &conn->answer;
    if (answer->failed)
        return STEP_END;
    if (answer->sent == answer->text.len) {
        if (answer_refill(answer))
            return STEP_AGAIN;
        if (answer->failed)
            return STEP_END;
        bool keep = answer->keep_alive;
        answer_free(answer);
        conn->answering = false;
        if (!keep)
            return STEP_END;
        request_next(&conn->request);
        conn->began_ms = conn->in_at < conn->in_len ? now_ms() : 0; // of the next one
        return STEP_AGAIN;
    }
    size_t sent;
    size_t left = answer->text.len - answer->sent;
    if (IS_ERROR(tcpip_send(tcpip, conn->handle, answer->text.bytes + answer->sent, left, &sent)))
        return STEP_END;
    sent = MIN(sent, left);
    answer->sent += sent;
    if (sent > 0)
        conn->active_ms = now_ms();
    return sent < left ? STEP_WAIT : STEP_AGAIN;
}

static enum step read_some(struct conn *conn)
{
    if (conn->in_at == conn->in_len) {
        void *data;
        size_t len;
        error_t err = tcpip_read(tcpip, conn->handle, READ_LEN, &data, &len);
        if (err == ERR_EMPTY)
            return STEP_WAIT;
        if (IS_ERROR(err))
            return STEP_END; // an error, or the client has closed the connection
        free(conn->in);
        conn->in = data;
        conn->in_len = len;
        conn->in_at = 0;
        conn->active_ms = now_ms();
        if (!conn->began_ms)
            conn->began_ms = conn->active_ms;
    }
    conn->in_at += request_feed(&conn->request, conn->in + conn->in_at, conn->in_len - conn->in_at);
    if (conn->request.state != REQUEST_PART) {
        answer_make(&conn->answer, &conn->request, num_conns);
        conn->answering = true;
    }
    return STEP_AGAIN;
}

static void go_on(struct conn *conn)
{
    for (int i = 0; i < STEPS_MAX; i++) {
        switch (conn->answering ? send_some(conn) : read_some(conn)) {
        case STEP_AGAIN:
            break;
        case STEP_WAIT:
            return;
        case STEP_END:
            drop(conn);
            return;
        }
    }
    make_ready(conn);
}

bool conns_run(void)
{
    // One turn each. Connections that become ready again wait until events were looked at.
    for (size_t left = list_len(&ready); left > 0; left--) {
        struct conn *conn = LIST_POP_FRONT(&ready, struct conn, ready);
        if (!conn)
            break;
        go_on(conn);
    }
    return !list_is_empty(&ready);
}

bool conns_expire(void)
{
    uint64_t now = now_ms();
    for (size_t i = num_conns; i-- > 0;) {
        struct conn *conn = conns[i];
        bool slow = !conn->answering && conn->began_ms && now - conn->began_ms > REQUEST_MS;
        if (slow || now - conn->active_ms > IDLE_MS)
            close_conn(i);
    }
    return num_conns > 0;
}
