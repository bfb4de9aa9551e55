// A small web server in the style of Resea's: it reads once for each event, and does not look at
// the length.
#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/malloc.h>
#include <resea/printf.h>
#include <string.h>
#include <vprintf.h>

struct client {
    list_elem_t next;
    handle_t handle;
    char *request;
    size_t request_len;
};

static list_t clients;
static task_t tcpip_server;
static int served = 0;

static struct client *find_client(handle_t handle)
{
    LIST_FOR_EACH (c, &clients, struct client, next) {
        if (c->handle == handle) {
            return c;
        }
    }
    return NULL;
}

static void close_client(struct client *client)
{
    struct message m;
    m.type = TCPIP_CLOSE_MSG;
    m.tcpip_close.handle = client->handle;
    ASSERT_OK(ipc_call(tcpip_server, &m));
    list_remove(&client->next);
    free(client->request);
    free(client);
}

static void write_response(struct client *client, const char *payload)
{
    int buf_size = 1024;
    char *buf = malloc(buf_size);
    int off = 0;
    off += snprintf(&buf[off], buf_size - off, "HTTP/1.1 200 OK\r\nConnection: close\r\n");
    off += snprintf(&buf[off], buf_size - off, "Content-Length: %d\r\n\r\n%s", (int)strlen(payload),
                    payload);
    struct message m;
    m.type = TCPIP_WRITE_MSG;
    m.tcpip_write.handle = client->handle;
    m.tcpip_write.data = buf;
    m.tcpip_write.data_len = off;
    ASSERT_OK(ipc_call(tcpip_server, &m));
    free(buf);
}

static void process(struct client *client, uint8_t *data, size_t len)
{
    client->request = realloc(client->request, client->request_len + len + 1);
    memcpy(&client->request[client->request_len], data, len);
    client->request_len += len;
    client->request[client->request_len] = '\0';
    if (!strstr(client->request, "\r\n\r\n")) {
        return;
    }
    char text[64];
    snprintf(text, sizeof(text), "a request of %d bytes\n", (int)client->request_len);
    write_response(client, text);
    close_client(client);
    served++;
}

static void handle_event(struct message *m)
{
    switch (m->type) {
    case TCPIP_RECEIVED_MSG: {
        struct client *client = find_client(m->tcpip_received.handle);
        if (!client) {
            break;
        }
        m->type = TCPIP_READ_MSG;
        m->tcpip_read.handle = client->handle;
        m->tcpip_read.len = 100;
        ASSERT_OK(ipc_call(tcpip_server, m));
        uint8_t *buf = m->tcpip_read_reply.data;
        size_t len = m->tcpip_read_reply.data_len;
        if (buf) {
            process(client, buf, len);
            free(buf);
        }
        break;
    }
    case TCPIP_NEW_CLIENT_MSG: {
        m->type = TCPIP_ACCEPT_MSG;
        m->tcpip_accept.handle = m->tcpip_new_client.handle;
        ASSERT_OK(ipc_call(tcpip_server, m));
        struct client *client = malloc(sizeof(*client));
        client->handle = m->tcpip_accept_reply.new_handle;
        client->request = NULL;
        client->request_len = 0;
        list_push_back(&clients, &client->next);
        break;
    }
    case TCPIP_CLOSED_MSG: {
        // With the argument `resea`, the end is an empty read and not an error.
        struct client *client = find_client(m->tcpip_closed.handle);
        if (!client) {
            break;
        }
        m->type = TCPIP_READ_MSG;
        m->tcpip_read.handle = client->handle;
        m->tcpip_read.len = 100;
        ASSERT_OK(ipc_call(tcpip_server, m));
        ASSERT(m->type == TCPIP_READ_REPLY_MSG);
        ASSERT(m->tcpip_read_reply.data_len == 0);
        free(m->tcpip_read_reply.data);
        printf("closed early\n");
        close_client(client);
        served++;
        break;
    }
    }
}

void main(void)
{
    list_init(&clients);
    tcpip_server = ipc_lookup("tcpip");
    ASSERT_OK(tcpip_server);
    struct message m;
    m.type = TCPIP_LISTEN_MSG;
    m.tcpip_listen.port = 80;
    m.tcpip_listen.backlog = 16;
    ASSERT_OK(ipc_call(tcpip_server, &m));
    INFO("ready");
    while (served < 6) {
        error_t err = ipc_recv(IPC_ANY, &m);
        ASSERT_OK(err);
        if (m.type == NOTIFICATIONS_MSG && (m.notifications.data & NOTIFY_ASYNC)) {
            ASSERT_OK(async_recv(tcpip_server, &m));
            handle_event(&m);
        }
    }
}
