// ZeroMQ: request and reply over its ipc transport. The server sends the received message back
// without a copy.
#include "native.h"
#include <unistd.h>
#include <zmq.h>

static void make_address(const struct native *n, char *address, size_t size)
{
    snprintf(address, size, "ipc://%s/zeromq-%d", settings.dir, (int)n->placement);
}

static void *make_socket(int type)
{
    int forever = -1;
    void *context = zmq_ctx_new();
    void *sock = context ? zmq_socket(context, type) : NULL;
    if (sock)
        zmq_setsockopt(sock, ZMQ_RCVTIMEO, &forever, sizeof(forever));
    return sock;
}

static void serve(struct native *n)
{
    char address[PATH_MAX + 32];
    void *sock = make_socket(ZMQ_REP);
    make_address(n, address, sizeof(address));
    if (!sock || zmq_bind(sock, address) < 0)
        return;
    for (;;) {
        zmq_msg_t msg;
        zmq_msg_init(&msg);
        if (zmq_msg_recv(&msg, sock, 0) < 0 || zmq_msg_send(&msg, sock, 0) < 0)
            return;
    }
}

static bool start(struct native *n)
{
    char address[PATH_MAX + 32];
    make_address(n, address, sizeof(address));
    if (!native_fork(n, serve))
        return false;
    n->own = make_socket(ZMQ_REQ);
    return n->own && zmq_connect(n->own, address) == 0; // ZeroMQ tries until the server is there
}

static bool exchange(void *ctx, uint64_t *ns)
{
    struct native *n = ctx;
    zmq_msg_t msg;
    (void)ns;
    if (zmq_send(n->own, n->out, n->payload, 0) < 0)
        return false;
    zmq_msg_init(&msg);
    bool is_good = zmq_msg_recv(&msg, n->own, 0) >= 0 &&
                   native_compare(n, zmq_msg_data(&msg), zmq_msg_size(&msg));
    zmq_msg_close(&msg);
    return is_good;
}

const struct native_case peer_zeromq = {"peer_zeromq", start, NULL, exchange, NULL};
