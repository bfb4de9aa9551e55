// A network device that delivers the frames of files in the form of the fuzz target `frames`. Then
// it sends an ARP request for the server's address. The server answers when it has taken all
// frames. Usage: test_frames FILE...
#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/malloc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAC_LEN     6
#define FRAME_MIN   14u
#define FRAME_MAX   1514u
#define REQUEST_LEN 60u
#define NUM_KINDS   10 // kinds of records; kind 0 is a frame
#define TO_US       2  // a bit of `how`: the frame is addressed to us

static const uint8_t our_mac[MAC_LEN] = {2, 0, 0, 0, 0, 1};

static struct frame {
    uint8_t bytes[FRAME_MAX];
    size_t len;
} * frames;
static size_t num_frames, next_frame;

static void add_frame(const uint8_t *bytes, size_t len, uint8_t how)
{
    frames = reallocarray(frames, num_frames + 1, sizeof(*frames));
    ASSERT(frames);
    struct frame *frame = &frames[num_frames++];
    frame->len = len < FRAME_MAX ? len : FRAME_MAX;
    memcpy(frame->bytes, bytes, frame->len);
    if ((how & TO_US) && frame->len >= MAC_LEN)
        memcpy(frame->bytes, our_mac, MAC_LEN);
}

// Adds an ARP request for 10.0.2.15, the server's address.
static void add_request(void)
{
    static uint8_t request[REQUEST_LEN] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    static const uint8_t head[] = {0x08, 0x06, 0, 1, 0x08, 0, MAC_LEN, 4, 0, 1};
    static const uint8_t sender[] = {10, 0, 2, 77}, target[] = {10, 0, 2, 15};
    static const uint8_t asker[MAC_LEN] = {2, 0, 0, 0, 0, 77};
    memcpy(request + 6, asker, MAC_LEN);
    memcpy(request + 12, head, sizeof(head));
    memcpy(request + 22, asker, MAC_LEN);
    memcpy(request + 28, sender, sizeof(sender));
    memcpy(request + 38, target, sizeof(target));
    add_frame(request, sizeof(request), 0);
}

static void read_file(const char *path)
{
    static uint8_t data[65536];
    FILE *file = fopen(path, "rb");
    ASSERT(file);
    size_t size = fread(data, 1, sizeof(data), file);
    fclose(file);
    for (size_t at = 0; at + 4 <= size;) {
        size_t len = (size_t)data[at + 2] << 8 | data[at + 3];
        len = len < size - at - 4 ? len : size - at - 4;
        if (data[at] % NUM_KINDS == 0)
            add_frame(data + at + 4, len, data[at + 1]);
        at += 4 + len;
    }
}

void oolong_prepare(void)
{
    for (int i = 1; i < task_argc(); i++)
        read_file(task_argv()[i]);
    add_request();
}

static void deliver(task_t tcpip)
{
    while (next_frame < num_frames) {
        struct message m = {.type = NET_RX_MSG};
        m.net_rx.payload = frames[next_frame].bytes;
        m.net_rx.payload_len = frames[next_frame].len;
        next_frame++;
        ASSERT_OK(async_send(tcpip, &m));
    }
}

static bool is_answer(const struct message *m)
{
    static const uint8_t asker[MAC_LEN] = {2, 0, 0, 0, 0, 77};
    return m->type == NET_TX_MSG && m->net_tx.payload_len >= FRAME_MIN &&
           memcmp(m->net_tx.payload, asker, MAC_LEN) == 0;
}

void main(void)
{
    task_t tcpip = ipc_lookup("tcpip");
    struct message m = {.type = TCPIP_REGISTER_DEVICE_MSG};
    ASSERT(tcpip > 0);
    ASSERT_OK(ipc_serve("net"));
    memcpy(m.tcpip_register_device.macaddr, our_mac, MAC_LEN);
    ASSERT_OK(ipc_call(tcpip, &m));
    deliver(tcpip);
    for (bool answered = false; !answered;) {
        ASSERT_OK(ipc_recv(IPC_ANY, &m));
        if (m.type == ASYNC_MSG)
            (void)!async_reply(m.src);
        answered = is_answer(&m);
        if (m.type >= 0)
            ipc_free_payloads(&m);
    }
    printf("%zu frames\n", num_frames);
    exit(EXIT_SUCCESS);
}
