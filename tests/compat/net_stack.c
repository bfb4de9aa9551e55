// A TCP/IP server. It queues frames for its driver, which sends it the frames that arrive. It only
// asks for the router's hardware address.
#include <list.h>
#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/malloc.h>
#include <resea/printf.h>
#include <resea/timer.h>
#include <string.h>
#include "netframes.h"

#define ROUNDS         20
#define TIMER_INTERVAL 10

static const uint8_t addr[4] = {10, 0, 2, 15};
static const uint8_t router_addr[4] = {10, 0, 2, 2};
static uint8_t mac[6];
static task_t driver = 0;
static int rounds = 0;

static void transmit(void)
{
    uint8_t *payload = malloc(FRAME_LEN);
    ask_for((struct arp_frame *)payload, mac, addr, router_addr);
    struct message m;
    m.type = NET_TX_MSG;
    m.net_tx.payload = payload;
    m.net_tx.payload_len = FRAME_LEN;
    async_send(driver, &m);
    free(payload);
}

void main(void)
{
    ASSERT_OK(timer_set(TIMER_INTERVAL));
    ASSERT_OK(ipc_serve("tcpip"));
    while (rounds < ROUNDS) {
        struct message m;
        bzero(&m, sizeof(m));
        error_t err = ipc_recv(IPC_ANY, &m);
        ASSERT_OK(err);
        switch (m.type) {
        case NOTIFICATIONS_MSG:
            if (m.notifications.data & NOTIFY_TIMER) {
                ASSERT_OK(timer_set(TIMER_INTERVAL));
                if (driver) {
                    transmit();
                }
            }
            break;
        case ASYNC_MSG:
            async_reply(m.src);
            break;
        case TCPIP_REGISTER_DEVICE_MSG:
            driver = m.src;
            memcpy(mac, m.tcpip_register_device.macaddr, sizeof(mac));
            m.type = TCPIP_REGISTER_DEVICE_REPLY_MSG;
            ipc_reply(m.src, &m);
            break;
        case NET_RX_MSG:
            if (m.src == driver &&
                is_answer(m.net_rx.payload, m.net_rx.payload_len, mac, router_addr)) {
                rounds++;
            }
            free((void *)m.net_rx.payload);
            break;
        default:
            discard_unknown_message(&m);
        }
    }
    printf("%d answers\n", rounds);
}
