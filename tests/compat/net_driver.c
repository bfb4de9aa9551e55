// A network driver: it sends received frames to the stack, and pulls frames to transmit from it.
#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/malloc.h>
#include <resea/printf.h>
#include <string.h>
#include <unittest.h>
#include "netframes.h"

#define ROUNDS 20

static const uint8_t mac[6] = {2, 0, 0, 0, 0, 9};
static const uint8_t peer_addr[4] = {10, 0, 2, 9};
static const uint8_t stack_addr[4] = {10, 0, 2, 15};
static task_t tcpip_task;
static int rounds = 0;

static void receive(const void *payload, size_t len)
{
    struct message m;
    m.type = NET_RX_MSG;
    m.net_rx.payload_len = len;
    m.net_rx.payload = (void *)payload;
    error_t err = ipc_send(tcpip_task, &m);
    ASSERT_OK(err);
}

// A machine on the network asks for the stack's hardware address.
static void play_peer(void)
{
    struct arp_frame frame;
    ask_for(&frame, mac, peer_addr, stack_addr);
    receive(&frame, sizeof(frame));
}

static void transmit(void)
{
    struct message m;
    ASSERT_OK(async_recv(tcpip_task, &m));
    ASSERT(m.type == NET_TX_MSG);
    bool answered = is_answer(m.net_tx.payload, m.net_tx.payload_len, mac, stack_addr);
    free(m.net_tx.payload);
    if (answered && ++rounds < ROUNDS) {
        play_peer();
    }
}

void main(void)
{
    int unknown = 0;
    ASSERT_OK(ipc_serve("net"));
    tcpip_task = ipc_lookup("tcpip");
    ASSERT_OK(tcpip_task);
    struct message m;
    m.type = TCPIP_REGISTER_DEVICE_MSG;
    memcpy(m.tcpip_register_device.macaddr, mac, 6);
    ASSERT_OK(ipc_call(tcpip_task, &m));
    play_peer();
    while (rounds < ROUNDS) {
        error_t err = ipc_recv(IPC_ANY, &m);
        ASSERT_OK(err);
        switch (m.type) {
        case NOTIFICATIONS_MSG:
            if (m.notifications.data & NOTIFY_ASYNC) {
                transmit();
            }
            break;
        default:
            TRACE("unknown message %d", m.type);
            ipc_free_payloads(&m);
            unknown++;
        }
    }
    // Until the stack knows that this driver pulls, frames are both sent and queued.
    TEST_EXPECT_LT(unknown, 4);
    printf("%d frames were pulled\n", rounds);
}
