// tcpip: serves `tcpip`, sockets on a network device that another task drives. Arguments:
// options.h.
//
// Owns the handlers and the loop. stack.c has lwIP, stream.c connections and listeners, device.c
// the device, owners.c clients and their handles, events.c the messages to clients, and early.c the
// calls that come before the network has its addresses.
//
// It never waits for a client. It answers calls that take time later, and queues events until their
// owner fetches them. It does wait for the device, for vm and for the launcher.
//
// Sandbox: profile "random": the system calls of every task, and the kernel's random numbers.
#include <idl/net_server.h>
#include <idl/tcpip_server.h>
#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <resea/timer.h>
#include <stdlib.h>
#include "clients.h"
#include "stack.h"
#include "tcpip.h"

#define REAP_MS 100 // the end of a client is noticed at most this many milliseconds late

static struct options options = OPTIONS_INIT;

// Finds a socket of the client whose kind is in the mask.
static error_t find(task_t client, handle_t handle, unsigned kinds, struct sock **sock)
{
    *sock = owners_find(client, handle);
    if (!*sock)
        return ERR_NOT_FOUND;
    return kinds & (1u << (*sock)->kind) ? OK : ERR_NOT_ACCEPTABLE;
}

#define STREAM    (1u << SOCK_STREAM_OPEN)
#define LISTENER  (1u << SOCK_LISTENER)
#define DATAGRAMS (1u << SOCK_DATAGRAMS)

static error_t register_device(task_t client, const uint8_t mac[6])
{
    return device_register(client, mac, &options);
}

static error_t do_connect(task_t client, uint32_t addr, uint16_t port, handle_t *handle)
{
    struct sock *sock;
    handle_t new_handle;
    (void)handle; // up_connected() tells the client
    OK_OR_RETURN(stream_connect(addr, port, &sock));
    error_t err = owners_add(client, sock, &new_handle);
    if (IS_ERROR(err)) {
        sock_free(sock);
        return err;
    }
    return DONT_REPLY;
}

// Gives a new socket to the client.
static error_t add(task_t client, struct sock *sock, handle_t *handle)
{
    error_t err = owners_add(client, sock, handle);
    if (IS_ERROR(err))
        sock_free(sock);
    return err;
}

static error_t do_listen(task_t client, uint16_t port, int backlog, handle_t *handle)
{
    struct sock *sock;
    OK_OR_RETURN(stream_listen(port, backlog, &sock));
    return add(client, sock, handle);
}

static error_t do_accept(task_t client, handle_t handle, handle_t *new_handle)
{
    struct sock *listener, *sock;
    OK_OR_RETURN(find(client, handle, LISTENER, &listener));
    OK_OR_RETURN(stream_accept(listener, &sock));
    if (options.resea)
        stream_tell_rest(listener);
    return add(client, sock, new_handle);
}

static error_t do_read(task_t client, handle_t handle, size_t len, void **data, size_t *data_len)
{
    struct sock *sock;
    OK_OR_RETURN(find(client, handle, STREAM, &sock));
    error_t err = stream_read(sock, len, data, data_len);
    if (options.resea && IS_OK(err))
        stream_tell_rest(sock);
    if (!options.resea || (err != ERR_EMPTY && err != ERR_END))
        return err;
    *data = malloc(1);
    *data_len = 0;
    return *data ? OK : ERR_NO_MEMORY;
}

static error_t do_write(task_t client, handle_t handle, const void *data, size_t len)
{
    struct sock *sock;
    OK_OR_RETURN(find(client, handle, STREAM, &sock));
    return stream_write(sock, data, len);
}

static error_t do_send(task_t client, handle_t handle, const void *data, size_t len, size_t *sent)
{
    struct sock *sock;
    OK_OR_RETURN(find(client, handle, STREAM, &sock));
    return stream_send(sock, data, len, sent);
}

static error_t do_close(task_t client, handle_t handle)
{
    struct sock *sock;
    OK_OR_RETURN(find(client, handle, ~0u, &sock));
    owners_remove(sock);
    sock_free(sock);
    return OK;
}

static error_t peer(task_t client, handle_t handle, uint32_t *addr, uint16_t *port)
{
    struct sock *sock;
    OK_OR_RETURN(find(client, handle, STREAM, &sock));
    return stream_peer(sock, addr, port);
}

static error_t dns_resolve(task_t client, const char *hostname, uint32_t *addr)
{
    OK_OR_RETURN(clients_watch(client));
    return resolver_ask(client, hostname, addr);
}

static error_t ping(task_t client, uint32_t addr, unsigned timeout_ms, unsigned *rtt_us)
{
    (void)rtt_us; // up_echoed() tells the client
    OK_OR_RETURN(clients_watch(client));
    return echo_ask(client, addr, timeout_ms);
}

static error_t udp_open(task_t client, uint16_t port, handle_t *handle)
{
    struct sock *sock;
    OK_OR_RETURN(datagram_open(port, &sock));
    return add(client, sock, handle);
}

static error_t udp_sendto_(task_t client, handle_t handle, uint32_t addr, uint16_t port,
                           const void *data, size_t len)
{
    struct sock *sock;
    OK_OR_RETURN(find(client, handle, DATAGRAMS, &sock));
    return datagram_send(sock, addr, port, data, len);
}

static error_t udp_recvfrom_(task_t client, handle_t handle, void **data, size_t *len,
                             uint32_t *addr, uint16_t *port)
{
    struct sock *sock;
    OK_OR_RETURN(find(client, handle, DATAGRAMS, &sock));
    return datagram_recv(sock, data, len, addr, port);
}

static error_t address(task_t client, uint32_t *addr, uint32_t *netmask, uint32_t *gateway,
                       uint32_t *dns)
{
    (void)client;
    stack_get_address(addr, netmask, gateway);
    *dns = resolver_server();
    return OK;
}

static const struct tcpip_ops tcpip_ops = {
    .register_device = register_device,
    .connect = do_connect,
    .listen = do_listen,
    .accept = do_accept,
    .read = do_read,
    .write = do_write,
    .send = do_send,
    .close = do_close,
    .peer = peer,
    .dns_resolve = dns_resolve,
    .ping = ping,
    .udp_open = udp_open,
    .udp_sendto = udp_sendto_,
    .udp_recvfrom = udp_recvfrom_,
    .address = address,
};

static void rx(task_t client, const void *frame, size_t len)
{
    device_received(client, frame, len);
}

static const struct net_ops net_ops = {.rx = rx, .direct = device_is_direct};

static bool told; // NOTIFY_ASYNC came, from the device or from vm
static uint64_t reap_ms;

static void handle(struct message *m)
{
    if (m->type == NOTIFICATIONS_MSG) {
        if (!(m->notifications.data & NOTIFY_ASYNC))
            return;
        device_pull(handle);
        // Most notifications come from the device, so vm is asked a little later.
        if (!told)
            reap_ms = stack_now_ms() + REAP_MS;
        told = true;
    } else if (m->type == ASYNC_MSG) {
        device_answer_pull(m->src);
    } else if (!early_keep(m) && !net_dispatch(&net_ops, m) && !tcpip_dispatch(&tcpip_ops, m)) {
        discard_unknown_message(m);
    }
}

// Runs the timers that are due, and sets the task's timer for the next one.
static void run_timers(void)
{
    msec_t next = stack_run_timers();
    if (told) {
        uint64_t now = stack_now_ms();
        if (now >= reap_ms) {
            told = false;
            owners_reap();
        } else {
            next = sooner(next, (msec_t)(reap_ms - now));
        }
    }
    next = sooner(next, early_remaining());
    timer_set(next < 0 ? 0 : MAX(next, 1));
}

static void __noreturn usage(const char *argument)
{
    oolong_log("error: ",
               "%s: not \"address=ADDR/BITS\", \"gateway=ADDR\", \"dns=ADDR[:PORT]\", \"dhcp\" or "
               "\"resea\"",
               argument);
    exit(EXIT_FAILURE);
}

void main(void)
{
    for (int i = 1; i < task_argc(); i++) {
        if (IS_ERROR(options_parse(&options, task_argv()[i])))
            usage(task_argv()[i]);
    }
    stack_init(&options);
    resolver_set_server(options.dns, options.dns_port);
    ASSERT_OK(ipc_serve("tcpip"));
    early_init();
    while (true) {
        struct message m;
        while (early_take(&m))
            handle(&m);
        run_timers();
        if (IS_OK(ipc_recv(IPC_ANY, &m)))
            handle(&m);
    }
}
