// webapi: an HTTP/1.1 server on `tcpip` for the files of `fs`, and for figures at /metrics.
// Arguments:
//
//   PORT        the port; 80 without this argument
//   host=NAME   one more host name of this server (host.h); may be repeated
//
// It waits for tcpip and fs, but never for an HTTP client.
//
// Sandbox: profile "plain".
#include <idl/task.h>
#include <idl/tcpip.h>
#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/syscall.h>
#include <resea/task.h>
#include <resea/timer.h>
#include <stdlib.h>
#include <string.h>
#include "host.h"
#include "webapi.h"

#define BACKLOG    1024
#define EVENTS_MAX 1024 // taken in a row
#define TICK_MS    1000
#define PORT_HTTP  80

static task_t tcpip;
static handle_t listener;

static void take_event(struct message *m)
{
    if (m->type == TCPIP_NEW_CLIENT_MSG)
        conns_accept(m->tcpip_new_client.handle);
    else if (m->type == TCPIP_RECEIVED_MSG)
        conn_event(m->tcpip_received.handle);
    else if (m->type == TCPIP_CLOSED_MSG)
        conn_event(m->tcpip_closed.handle);
    else if (m->type == TCPIP_WRITABLE_MSG)
        conn_event(m->tcpip_writable.handle);
    else
        ipc_free_payloads(m);
}

// Takes the events that tcpip has queued. It takes many at a time: otherwise a new client would
// wait for a round of all connections for each event that is queued before its own. While tcpip has
// more, it notifies again. If tcpip has ended, all connections are gone, and the task ends.
static void pull_events(void)
{
    for (unsigned i = 0; i < EVENTS_MAX; i++) {
        struct message m;
        error_t err = async_recv(tcpip, &m);
        if (err == ERR_ABORTED || err == ERR_INVALID_TASK) {
            WARN("tcpip ended");
            exit(EXIT_FAILURE);
        }
        if (IS_ERROR(err))
            return;
        take_event(&m);
    }
}

static void handle(struct message *m)
{
    if (m->type != NOTIFICATIONS_MSG) {
        discard_unknown_message(m);
        return;
    }
    if (m->notifications.data & NOTIFY_ASYNC)
        pull_events();
    if ((m->notifications.data & NOTIFY_TIMER) && conns_expire())
        timer_set(TICK_MS);
}

static void __noreturn refuse_argument(const char *argument, const char *why)
{
    oolong_log("error: ", "%s: %s", argument, why);
    exit(EXIT_FAILURE);
}

static void add_host(const char *name)
{
    error_t err = host_add(name);
    if (IS_ERROR(err))
        refuse_argument(name, err == ERR_INVALID_ARG ? "not a name" : "too many names");
}

static uint16_t parse_arguments(void)
{
    static const char host[] = "host=";
    long port = PORT_HTTP;
    for (int i = 1; i < task_argc(); i++) {
        const char *argument = task_argv()[i];
        char *end;
        if (strncmp(argument, host, strlen(host)) == 0) {
            add_host(argument + strlen(host));
            continue;
        }
        port = strtol(argument, &end, 10);
        if (*end || port < 1 || port > UINT16_MAX)
            refuse_argument(argument, "neither a port nor \"host=NAME\"");
    }
    return (uint16_t)port;
}

void main(void)
{
    uint16_t port = parse_arguments();
    tcpip = ipc_lookup("tcpip");
    ASSERT_OK(tcpip);
    // vm then wakes this task when tcpip ends. Its message is not read: the next pull fails anyway.
    ASSERT_OK(task_watch(VM_TASK, tcpip));
    conns_init(tcpip);
    error_t err = tcpip_listen(tcpip, port, BACKLOG, &listener);
    if (IS_ERROR(err))
        PANIC("cannot listen on port %u: %s", port, err2str(err));
    INFO("serves HTTP on port %u", port);

    bool busy = false;
    while (true) {
        struct message m;
        size_t before = conns_num();
        err = sys_ipc(IPC_ANY, IPC_ANY, &m, IPC_RECV | (busy ? IPC_NOBLOCK : 0));
        if (IS_OK(err))
            handle(&m);
        busy = conns_run();
        if (before == 0 && conns_num() > 0)
            timer_set(TICK_MS);
    }
}
