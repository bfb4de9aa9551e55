// Tells clients what happens in the stack: answers to their calls, and events of their handles.
#include <idl/tcpip.h>
#include <idl/tcpip_server.h>
#include <resea/printf.h>
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/random.h>
#include "stack.h"
#include "tcpip.h"

bool up_event(const struct sock *sock, enum sock_event event)
{
    switch (event) {
    case SOCK_CLOSED:
        return IS_OK(tcpip_closed(sock->owner, sock->handle));
    case SOCK_RECEIVED:
        return IS_OK(tcpip_received(sock->owner, sock->handle));
    case SOCK_NEW_CLIENT:
        return IS_OK(tcpip_new_client(sock->owner, sock->handle));
    case SOCK_WRITABLE:
        return IS_OK(tcpip_writable(sock->owner, sock->handle));
    }
    return false;
}

void up_connected(struct sock *sock, error_t err)
{
    if (sock->owner <= 0)
        return;
    if (IS_OK(err)) {
        tcpip_connect_reply(sock->owner, sock->handle);
        return;
    }
    ipc_reply_err(sock->owner, err);
    owners_remove(sock);
    sock->owner = 0;
}

void up_written(task_t client, error_t err)
{
    if (client <= 0)
        return;
    if (IS_ERROR(err))
        ipc_reply_err(client, err);
    else
        tcpip_write_reply(client);
}

void up_resolved(task_t client, uint32_t addr, error_t err)
{
    if (IS_ERROR(err))
        ipc_reply_err(client, err);
    else
        tcpip_dns_resolve_reply(client, addr);
}

void up_echoed(task_t client, unsigned rtt_us, error_t err)
{
    if (IS_ERROR(err))
        ipc_reply_err(client, err);
    else
        tcpip_ping_reply(client, rtt_us);
}

void up_configured(void)
{
    uint32_t addr, netmask, gateway;
    char a[INET_ADDRSTRLEN], g[INET_ADDRSTRLEN], d[INET_ADDRSTRLEN];
    stack_get_address(&addr, &netmask, &gateway);
    struct in_addr in[3] = {{htonl(addr)}, {htonl(gateway)}, {htonl(resolver_server())}};
    inet_ntop(AF_INET, &in[0], a, sizeof(a));
    inet_ntop(AF_INET, &in[1], g, sizeof(g));
    inet_ntop(AF_INET, &in[2], d, sizeof(d));
    early_over();
    INFO("address %s/%d, gateway %s, name server %s", a, __builtin_popcount(netmask), g, d);
}

uint32_t up_random(void)
{
    uint32_t number;
    if (getrandom(&number, sizeof(number), 0) != sizeof(number))
        PANIC("no random numbers: %m");
    return number;
}
