// A network device, and a task that pretends to be the device. The TCP/IP server must ignore the
// messages of the pretender.
//
//   test_device true    serves `net`, and ends the suite with status 0 if the server answered it
//   alone test_device false   tries to register as the device, sends frames, then tells the true
//   device
#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/malloc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <string.h>

#define FRAME_LEN 60
#define MAC_LEN   6

static const uint8_t true_mac[MAC_LEN] = {2, 0, 0, 0, 0, 1};
static const uint8_t false_mac[MAC_LEN] = {2, 0, 0, 0, 0, 2};

// An ARP request for 10.0.2.15, the server's address. The answer goes to `mac`.
static void make_request(uint8_t frame[FRAME_LEN], const uint8_t mac[MAC_LEN])
{
    static const uint8_t head[] = {0x08, 0x06, 0, 1, 0x08, 0, MAC_LEN, 4, 0, 1};
    const uint8_t sender[] = {10, 0, 2, mac[MAC_LEN - 1]}, target[] = {10, 0, 2, 15};
    memset(frame, 0, FRAME_LEN);
    memset(frame, 0xff, MAC_LEN);
    memcpy(frame + 6, mac, MAC_LEN);
    memcpy(frame + 12, head, sizeof(head));
    memcpy(frame + 22, mac, MAC_LEN);
    memcpy(frame + 28, sender, sizeof(sender));
    memcpy(frame + 38, target, sizeof(target));
}

static error_t be_the_device(task_t tcpip, const uint8_t mac[MAC_LEN])
{
    struct message m = {.type = TCPIP_REGISTER_DEVICE_MSG};
    memcpy(m.tcpip_register_device.macaddr, mac, MAC_LEN);
    return ipc_call(tcpip, &m);
}

static void play_false(task_t tcpip)
{
    static uint8_t frame[FRAME_LEN];
    task_t device = ipc_lookup("device.up"); // served once the device has registered
    ASSERT(device > 0);
    error_t err = be_the_device(tcpip, false_mac);
    if (err != ERR_NOT_PERMITTED)
        WARN("CHECK FAILED: the false device is answered %s", err2str(err));
    make_request(frame, false_mac);
    const task_t to[] = {tcpip, device}; // first the server, then the device
    for (int i = 0; i < 2; i++) {
        struct message m = {.type = NET_RX_MSG};
        m.net_rx.payload = frame;
        m.net_rx.payload_len = sizeof(frame);
        ASSERT_OK(ipc_send(to[i], &m));
    }
}

static void ask_as_device(task_t tcpip)
{
    static uint8_t frame[FRAME_LEN];
    struct message m = {.type = NET_RX_MSG};
    make_request(frame, true_mac);
    m.net_rx.payload = frame;
    m.net_rx.payload_len = sizeof(frame);
    ASSERT_OK(async_send(tcpip, &m));
}

// The server answers accepted frames in their order. When the device's own frame is answered, an
// earlier frame would have been answered too.
static void play_true(task_t tcpip)
{
    ASSERT_OK(ipc_serve("net"));
    struct message direct = {.type = NET_DIRECT_MSG};
    ASSERT_OK(ipc_send(tcpip, &direct));
    ASSERT_OK(be_the_device(tcpip, true_mac));
    ASSERT_OK(ipc_serve("device.up"));
    for (bool answered = false; !answered;) {
        struct message m;
        ASSERT_OK(ipc_recv(IPC_ANY, &m));
        if (m.type == NET_RX_MSG)
            ask_as_device(tcpip);
        else if (m.type == ASYNC_MSG)
            (void)!async_reply(m.src);
        if (m.type == NET_TX_MSG && m.net_tx.payload_len >= MAC_LEN) {
            answered = !memcmp(m.net_tx.payload, true_mac, MAC_LEN);
            if (!memcmp(m.net_tx.payload, false_mac, MAC_LEN))
                PANIC("CHECK FAILED: the server answers the false device");
        }
        if (m.type >= 0)
            ipc_free_payloads(&m);
    }
    exit(EXIT_SUCCESS);
}

void main(void)
{
    task_t tcpip = ipc_lookup("tcpip");
    ASSERT(tcpip > 0 && task_argc() == 2);
    if (!strcmp(task_argv()[1], "true"))
        play_true(tcpip);
    else
        play_false(tcpip);
}
