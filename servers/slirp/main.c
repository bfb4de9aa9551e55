// slirp: serves `net`, a network device without privileges. libslirp plays the network that the
// device is on: a router at 10.0.2.2 that translates the guest's connections into sockets of this
// process, a DHCP server, a DNS forwarder at 10.0.2.3, and ports of the host that lead to the
// guest. Arguments: options.h.
//
// It never waits for the TCP/IP server. Frames for that server are queued. When the queue is full,
// they are dropped, as in any network.
//
// Sandbox: profile "slirp", which allows what every task needs, and IPv4 sockets. No other profile
// allows sockets.
#include <idl/net_server.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/syscall.h>
#include <resea/task.h>
#include <resea/timer.h>
#include <arpa/inet.h>
#include <signal.h>
#include <stdlib.h>
#include "netdevice.h"
#include "servers.h"
#include "slirp.h"

#define NAME_SERVER "10.0.2.3"
// The send buffer of a socket, in bytes. Without this limit Linux lets it grow to a megabyte or
// more, and the suite produces and sends all of that for a client of the host that reads nothing.
#define SEND_BUFFER (128 * 1024)
#define BATCH_MAX   64 // messages taken in a row before the sockets have their turn

static const uint8_t guest_mac[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};

static Slirp *slirp;
static struct options options;

static ssize_t send_packet(const void *frame, size_t len, void *opaque)
{
    (void)opaque;
    if (servers_see_answer(frame, len, inet_addr(NAME_SERVER)) == ASKED_REFUSED)
        resolv_next();
    netdevice_pass_up(frame, len);
    return (ssize_t)len;
}

static void guest_error(const char *text, void *opaque)
{
    (void)opaque;
    WARN_DBG("the guest: %s", text);
}

// libslirp calls this when it has made a socket.
static void add_socket(int fd, void *opaque)
{
    (void)opaque;
    int size = SEND_BUFFER;
    poll_forget(fd);
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)) < 0)
        WARN("a socket has the send buffer that it had: %m");
}

static void forget_fd(int fd, void *opaque)
{
    (void)opaque;
    poll_forget(fd);
}

static void nothing_to_notify(void *opaque)
{
    (void)opaque; // the main loop asks libslirp after each message in any case
}

static const SlirpCb callbacks = {
    .send_packet = send_packet,
    .guest_error = guest_error,
    .clock_get_ns = clock_ns,
    .timer_new = timers_new,
    .timer_free = timers_free,
    .timer_mod = timers_mod,
    .register_poll_fd = add_socket,
    .unregister_poll_fd = forget_fd,
    .notify = nothing_to_notify,
};

static void __noreturn usage(const char *argument, error_t err)
{
    if (err == ERR_NO_MEMORY)
        oolong_log("error: ", "%s: one more than the %d forwards that there can be", argument,
                   FORWARDS_MAX);
    else
        oolong_log("error: ", "%s: not \"restrict\" or \"hostfwd=tcp:ADDR:PORT-ADDR:PORT\"",
                   argument);
    exit(EXIT_FAILURE);
}

// Does here what the sandbox does not allow later: libslirp draws random numbers and opens the
// forwarded ports, and resolv.c reads the host's name servers.
void oolong_prepare(void)
{
    signal(SIGPIPE, SIG_IGN); // writing to a client of the host that is gone is an error instead
    for (int i = 1; i < task_argc(); i++) {
        error_t err = options_parse(&options, task_argv()[i]);
        if (IS_ERROR(err))
            usage(task_argv()[i], err);
    }
    SlirpConfig config = {
        .version = 3,
        .restricted = options.restricted,
        .in_enabled = true,
        .vnetwork.s_addr = inet_addr("10.0.2.0"),
        .vnetmask.s_addr = inet_addr("255.255.255.0"),
        .vhost.s_addr = inet_addr("10.0.2.2"),
        .vdhcp_start.s_addr = inet_addr("10.0.2.15"),
        .vnameserver.s_addr = inet_addr(NAME_SERVER),
    };
    resolv_prepare();
    poll_prepare();
    slirp = slirp_new(&config, &callbacks, NULL);
    if (!slirp)
        PANIC("libslirp does not start");
    for (size_t i = 0; i < options.num_forwards; i++)
        forward_open(slirp, &options.forwards[i]);
}

static void transmit(const void *frame, size_t len)
{
    if (len > 65535)
        return;
    if (servers_see_question(frame, len, inet_addr(NAME_SERVER)) == ASKED_AGAIN) {
        resolv_next();
        // makes libslirp look at the time; each second it looks up its name server again
        poll_run(slirp);
    }
    slirp_input(slirp, frame, (int)len);
}

static void tx(task_t client, const void *frame, size_t len)
{
    if (netdevice_takes_from(client))
        transmit(frame, len);
}

static const struct net_ops net_ops = {.tx = tx};

static void handle(struct message *m)
{
    if (m->type == NOTIFICATIONS_MSG) {
        // Sockets and timers are looked at in the main loop.
        if (m->notifications.data & NOTIFY_ASYNC)
            netdevice_pull(transmit);
    } else if (m->type == ASYNC_MSG)
        netdevice_answer_pull(m->src);
    else if (!net_dispatch(&net_ops, m))
        discard_unknown_message(m);
}

void main(void)
{
    ASSERT_OK(ipc_serve("net"));
    while (true) {
        msec_t timeout = -1;
        netdevice_find_tcpip(guest_mac);
        timers_run(&timeout);
        poll_arm(slirp, &timeout);
        timer_set(timeout < 0 ? 0 : MAX(timeout, 1));

        struct message m;
        unsigned taken = 0;
        while (taken++ < BATCH_MAX) {
            unsigned flags = taken == 1 ? IPC_RECV : IPC_RECV | IPC_NOBLOCK;
            error_t err = sys_ipc(IPC_ANY, IPC_ANY, &m, flags);
            if (IS_OK(err))
                handle(&m);
            else if (err == ERR_WOULD_BLOCK)
                break;
        }
        poll_run(slirp);
    }
}
