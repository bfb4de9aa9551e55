// The order of frames between a device (netdevice.c) and the TCP/IP server (device.c). Their real
// code runs in one thread, with a model of the library's channel between them. Whenever the server
// calls the library, a pseudorandom number decides whether the device runs first. A seed repeats
// the same run.
#include <check.h>
#include <idl/net.h>
#include <idl/task.h>
#include <idl/tcpip.h>
#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/syscall.h>
#include <stdlib.h>
#include <string.h>
#include "netdevice.h"
#include "options.h"
#include "stack.h"
#include "tcpip.h"
#include "run_tests.h"

#define SERVER   7
#define DEVICE   8
#define FRAMES   4000
#define PLACES   64 // packets that the channel can hold
#define SEEDS    100
#define MAX_SENT 3 // frames that the device sends in one turn

// A frame's content is its number. Before the device can send another frame directly, the server
// must take the first.
static uint32_t channel[PLACES];
static unsigned num_in_channel;
static bool untaken;      // a frame that was sent directly is not taken yet
static bool server_waits; // the server is in a receive, even one that does not wait
static bool notified;
static bool is_asked; // a pull was not answered yet
static uint32_t queue[FRAMES];
static unsigned queue_first, queue_end;
static uint32_t next_frame, next_arrival;
static unsigned num_straight, num_late;
static uint32_t chance;

static unsigned draw(unsigned n)
{
    chance = chance * 1664525 + 1013904223;
    return (chance >> 16) % n;
}

static void device_turn(void)
{
    for (unsigned n = draw(8) == 0 ? draw(MAX_SENT + 1) : 0; n > 0 && next_frame < FRAMES; n--) {
        uint32_t frame = next_frame++;
        netdevice_pass_up(&frame, sizeof(frame));
    }
    if (is_asked && draw(3) == 0)
        netdevice_answer_pull(SERVER);
}

// --- The library, as the device sees it ---------------------------------------------------------

error_t ipc_send_noblock(task_t dst, struct message *m)
{
    ck_assert(dst == SERVER && m->type == NET_RX_MSG);
    if (!server_waits || untaken)
        return ERR_WOULD_BLOCK;
    memcpy(&channel[num_in_channel++], m->net_rx.payload, sizeof(uint32_t));
    ck_assert_uint_lt(num_in_channel, PLACES);
    untaken = true;
    num_straight++;
    return OK;
}

error_t async_send(task_t dst, struct message *m)
{
    ck_assert(dst == SERVER && m->type == NET_RX_MSG);
    memcpy(&queue[queue_end++], m->net_rx.payload, sizeof(uint32_t));
    notified = true;
    return OK;
}

bool async_is_empty(task_t dst)
{
    (void)dst;
    return queue_first == queue_end;
}

// --- The library, as the server sees it ---------------------------------------------------------

static void make_frame(struct message *m, uint32_t number)
{
    void *copy = malloc(sizeof(number));
    memcpy(copy, &number, sizeof(number));
    *m = (struct message){.type = NET_RX_MSG, .src = DEVICE};
    m->net_rx.payload = copy;
    m->net_rx.payload_len = sizeof(number);
}

static bool take_from_channel(struct message *m)
{
    if (num_in_channel == 0)
        return false;
    make_frame(m, channel[0]);
    memmove(channel, channel + 1, --num_in_channel * sizeof(channel[0]));
    untaken = false;
    return true;
}

error_t sys_ipc(task_t dst, task_t src, struct message *m, unsigned flags)
{
    (void)dst;
    ck_assert(src == DEVICE && flags == (IPC_RECV | IPC_NOBLOCK));
    server_waits = true;
    device_turn();
    bool taken = take_from_channel(m);
    device_turn(); // the server has already looked, but its page still says that it waits
    server_waits = false;
    return taken ? OK : ERR_WOULD_BLOCK;
}

static bool is_answered;      // there is an answer that the server has not looked at
static struct message answer; // that answer
static error_t answered;

bool ipc_noblock_is_taken(task_t dst)
{
    ck_assert_int_eq(dst, SERVER);
    return !untaken;
}

error_t ipc_notify(task_t dst, notifications_t bits)
{
    ck_assert(dst == SERVER && bits == NOTIFY_ASYNC);
    notified = true;
    return OK;
}

static void give_answer(error_t err)
{
    ck_assert(is_asked);
    is_asked = false;
    is_answered = true;
    answered = err;
    notified = notified || IS_OK(err);
}

void ipc_reply_err(task_t dst, error_t err)
{
    if (dst == SERVER)
        give_answer(err);
}

error_t async_reply(task_t dst)
{
    ck_assert_int_eq(dst, SERVER);
    bool empty = queue_first == queue_end;
    if (!empty)
        make_frame(&answer, queue[queue_first++]);
    give_answer(empty ? ERR_EMPTY : OK);
    notified = notified || queue_first < queue_end;
    return OK;
}

// Sometimes the device is slow and the server gives up. Then the answer comes later, with a
// notification.
error_t async_recv(task_t src, struct message *m)
{
    if (src != DEVICE)
        return ERR_EMPTY;
    if (!is_answered || IS_ERROR(answered)) {
        is_answered = false;
        is_asked = true;
        device_turn();
        if (is_asked && draw(16) == 0) {
            num_late++;
            return ERR_TIMEOUT;
        }
        if (is_asked)
            netdevice_answer_pull(SERVER);
        device_turn();
    } else {
        notified = true; // there may be more: the library notifies again
    }
    is_answered = false;
    *m = answer;
    return answered;
}

task_t ipc_lookup(const char *name)
{
    return strcmp(name, "net") == 0 ? DEVICE : SERVER;
}

void ipc_free_payloads(struct message *m)
{
    free(m->ool_ptr);
    m->ool_ptr = NULL;
}

// The calls that both make once at the start succeed.
error_t ipc_call(task_t dst, struct message *m)
{
    (void)dst;
    m->type = m->type == TCPIP_REGISTER_DEVICE_MSG ? TCPIP_REGISTER_DEVICE_REPLY_MSG
                                                   : TASK_WATCH_REPLY_MSG;
    return OK;
}

void ipc_reply(task_t dst, struct message *m)
{
    (void)dst, (void)m;
}

error_t ipc_send(task_t dst, struct message *m)
{
    (void)dst, (void)m;
    return OK;
}

void ipc_set_lookup_timeout(msec_t timeout_ms)
{
    (void)timeout_ms;
}

const char *err2str(error_t err)
{
    (void)err;
    return "";
}

void oolong_warn(const char *prefix, const char *format, ...)
{
    ck_abort_msg("%s%s", prefix, format);
}

void oolong_log(const char *level, const char *format, ...)
{
    ck_abort_msg("%s%s", level, format);
}

// --- The server
// -----------------------------------------------------------------------------------

void stack_input(const void *frame, size_t len)
{
    uint32_t number;
    ck_assert_uint_eq(len, sizeof(number));
    memcpy(&number, frame, sizeof(number));
    ck_assert_msg(number == next_arrival, "frame %u comes in place of %u", number, next_arrival);
    next_arrival++;
}

void stack_device_up(const uint8_t mac[6])
{
    (void)mac;
}

void dhcp_begin(void) {}

uint64_t stack_now_ms(void)
{
    return 0;
}

void up_configured(void) {}

static void handle(struct message *m)
{
    device_received(m->src, m->net_rx.payload, m->net_rx.payload_len);
    ipc_free_payloads(m);
}

// One round of the server's loop: notifications come before messages.
static void server_turn(void)
{
    struct message m;
    server_waits = true;
    device_turn();
    bool told = notified;
    bool taken = !told && take_from_channel(&m);
    device_turn();
    server_waits = false;
    if (told) {
        notified = false;
        device_pull(handle);
    } else if (taken) {
        handle(&m);
    }
}

static void register_device(void)
{
    static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};
    struct options options = {0};
    netdevice_find_tcpip(mac);
    ck_assert_int_eq(device_register(DEVICE, mac, &options), DONT_REPLY);
}

START_TEST(frames_arrive_in_their_order)
{
    register_device();
    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        chance = seed;
        next_frame = next_arrival = 0;
        queue_first = queue_end = 0;
        for (unsigned i = 0; next_arrival < FRAMES; i++) {
            ck_assert_msg(i < 100u * FRAMES, "frame %u does not come", next_arrival);
            server_turn();
        }
    }
    // Frames have taken both ways.
    ck_assert_uint_gt(num_straight, SEEDS);
    ck_assert_uint_lt(num_straight, SEEDS * FRAMES);
    ck_assert_uint_gt(num_late, SEEDS);
}
END_TEST

// A client's call can make the device send dozens of frames, so one notification must bring more
// than one.
START_TEST(one_notification_brings_many_frames)
{
    register_device();
    chance = 1;
    next_frame = FRAMES; // the test itself queues all frames
    next_arrival = queue_first = queue_end = 0;
    server_waits = false;
    for (uint32_t frame = 0; frame < FRAMES; frame++)
        netdevice_pass_up(&frame, sizeof(frame));
    unsigned rounds = 0;
    for (; next_arrival < FRAMES && rounds < FRAMES; rounds++)
        device_pull(handle);
    ck_assert_uint_lt(rounds, FRAMES / 8); // the device is slow sometimes
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("net_order");
    TCase *tcase = tcase_create("net_order");
    suite_add_tcase(suite, tcase);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, frames_arrive_in_their_order);
    tcase_add_test(tcase, one_notification_brings_many_frames);
    return run_check(suite);
}
