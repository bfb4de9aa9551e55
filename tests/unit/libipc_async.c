// What a source of asynchronous messages does for a pull, in which order. Nothing pulls here.
#include <stdlib.h>
#include <string.h>
#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include "run_tests.h"
#include "control.h"
#include "copy.h"
#include "inbox.h"
#include "link.h"
#include "message_type.h"
#include "ool.h"
#include "page.h"
#include "send.h"
#include "stream.h"
#include "take.h"

#define PEER 5

static struct channel ch = {.task = PEER};
static char done[64];        // a letter for each thing that was done
static error_t answer_error; // of the next answers

static void note(char what)
{
    size_t len = strlen(done);
    ck_assert_uint_lt(len + 1, sizeof(done));
    done[len] = what;
}

struct channel *channel_find(task_t task)
{
    return task == PEER ? &ch : NULL;
}

struct channel *channel_find_any(task_t task)
{
    return channel_find(task);
}

error_t control_connect(task_t task, struct channel **channel)
{
    *channel = channel_find(task);
    return OK;
}

error_t ipc_notify(task_t dst, notifications_t bits)
{
    ck_assert_int_eq(dst, PEER);
    ck_assert_uint_eq(bits, NOTIFY_ASYNC);
    note('n');
    return OK;
}

error_t send_pull_answer(struct channel *channel, const struct message *m)
{
    ck_assert_ptr_eq(channel, &ch);
    note(m->type == ERR_EMPTY ? 'e' : 'a');
    return answer_error;
}

bool message_type_is_valid(int type, const struct idl_message **known)
{
    (void)type, (void)known;
    return true;
}

// --- What only a receiver, or a message with payloads, needs ------------------------------------

uint32_t channel_next_seq(struct channel *channel)
{
    (void)channel;
    ck_abort_msg("no number is needed");
}

void link_on_pull_answer(bool (*keep)(struct channel *channel, struct packet *packet))
{
    (void)keep;
}

enum incoming link_read(struct channel *channel, struct packet *packet, int timeout_ms, int *fd)
{
    (void)channel, (void)packet, (void)timeout_ms, (void)fd;
    return IN_ENDED;
}

error_t link_send(struct channel *channel, struct packet *packet, enum wire_kind kind, uint32_t seq,
                  uint32_t ack, bool block)
{
    (void)channel, (void)packet, (void)kind, (void)seq, (void)ack, (void)block;
    return ERR_ABORTED;
}

void link_stash(struct channel *channel, const struct packet *packet)
{
    (void)channel, (void)packet;
}

error_t take_answer(struct channel *channel, struct packet *packet, int fd, struct message *m)
{
    (void)channel, (void)packet, (void)fd, (void)m;
    return ERR_ABORTED;
}

void drop_answer(struct channel *channel, struct packet *packet, int fd)
{
    (void)channel, (void)packet, (void)fd;
}

void inbox_pend(notifications_t bits)
{
    (void)bits;
}

error_t ool_register(void)
{
    return OK;
}

void wait_begin(enum wait_kind kind, task_t task, int type)
{
    (void)kind, (void)task, (void)type;
}

void wait_end(void) {}

struct stream *stream_find(const void *payload)
{
    (void)payload;
    return NULL;
}

void copy_payload(void *to, const void *from, size_t len)
{
    memcpy(to, from, len);
}

void oolong_warn(const char *prefix, const char *fmt, ...)
{
    (void)prefix, (void)fmt;
}

// --- The tests ----------------------------------------------------------------------------------

static void queue(unsigned count)
{
    struct message m = {.type = 0x1234};
    while (count-- > 0)
        ck_assert_int_eq(async_send(PEER, &m), OK);
    memset(done, 0, sizeof(done));
    answer_error = OK;
    ch.call.taken_pull = 1;
}

// The receiver may pull again as soon as it has the answer. A notification that comes after it has
// pulled all would stand for no message.
START_TEST(the_notification_of_further_messages_goes_before_the_answer)
{
    queue(3);
    ck_assert_int_eq(async_reply(PEER), OK);
    ck_assert_str_eq(done, "na");
    ck_assert_int_eq(async_reply(PEER), OK);
    ck_assert_str_eq(done, "nana");
    ck_assert_int_eq(async_reply(PEER), OK);
    ck_assert_str_eq(done, "nanaa");
    ck_assert(async_is_empty(PEER));
    ck_assert_int_eq(async_reply(PEER), OK);
    ck_assert_str_eq(done, "nanaae");
}
END_TEST

START_TEST(a_message_that_found_no_buffer_stays_and_is_notified_again)
{
    queue(1);
    answer_error = ERR_WOULD_BLOCK;
    ck_assert_int_eq(async_reply(PEER), OK);
    ck_assert_str_eq(done, "an");
    ck_assert_uint_eq(async_queued(PEER), 1);
    answer_error = OK;
    ck_assert_int_eq(async_reply(PEER), OK);
    ck_assert_str_eq(done, "ana");
    ck_assert(async_is_empty(PEER));
}
END_TEST

START_TEST(a_message_that_can_never_be_delivered_is_dropped)
{
    queue(2);
    answer_error = ERR_TOO_LARGE;
    ck_assert_int_eq(async_reply(PEER), ERR_TOO_LARGE);
    ck_assert_str_eq(done, "na");
    ck_assert_uint_eq(async_queued(PEER), 1);
}
END_TEST

RUN_TESTS("async", the_notification_of_further_messages_goes_before_the_answer,
          a_message_that_found_no_buffer_stays_and_is_notified_again,
          a_message_that_can_never_be_delivered_is_dropped)
