// Owns asynchronous messages: the sender's queues, and the receiver's pulls.

#include <resea/async.h>
#include <stdlib.h>
#include <string.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include "channel.h"
#include "clock.h"
#include "control.h"
#include "copy.h"
#include "inbox.h"
#include "link.h"
#include "message_type.h"
#include "ool.h"
#include "page.h"
#include "payload.h"
#include "send.h"
#include "stream.h"
#include "take.h"

#define MAX_QUEUED      16384              // messages for one destination
#define MAX_BYTES       ((size_t)16 << 20) // of their payloads; one message may have more
#define PULL_TIMEOUT_MS 1000

struct queued {
    list_elem_t elem;
    struct message m; // the queue owns its payloads
};

struct queue {
    list_elem_t elem;
    task_t dst;
    list_t messages;
    size_t len;
    size_t bytes; // of payloads
};

static list_t queues = {&queues, &queues};

static void free_queued(struct queued *q)
{
    ipc_free_payloads(&q->m);
    free(q);
}

static void free_queue(struct queue *queue)
{
    struct queued *q;
    while ((q = LIST_POP_FRONT(&queue->messages, struct queued, elem)))
        free_queued(q);
    list_remove(&queue->elem);
    free(queue);
}

static struct queue *find_queue(task_t dst, bool create)
{
    LIST_FOR_EACH (queue, &queues, struct queue, elem) {
        if (queue->dst == dst)
            return queue;
    }
    struct queue *queue = create ? calloc(1, sizeof(*queue)) : NULL;
    if (queue) {
        queue->dst = dst;
        list_init(&queue->messages);
        list_push_back(&queues, &queue->elem);
    }
    return queue;
}

// Frees the queues for tasks that have ended. Called when a queue is about to be created.
static void drop_dead_queues(void)
{
    LIST_FOR_EACH (queue, &queues, struct queue, elem) {
        struct channel *ch = channel_find_any(queue->dst);
        if (!ch || ch->fd < 0)
            free_queue(queue);
    }
}

static struct queued *copy_message(const struct message *m)
{
    struct queued *q = calloc(1, sizeof(*q));
    if (!q)
        return NULL;
    q->m = *m;
    struct payload *d = payload_descriptors(&q->m);
    int count = m->type >= 0 ? MSG_NUM_PAYLOADS(m->type) : 0;
    for (int k = 0; k < count; k++) {
        void *copy = malloc(d[k].len + 1);
        if (copy)
            copy_payload(copy, d[k].ptr, d[k].len);
        d[k].ptr = copy;
        if (!copy) {
            for (int rest = k + 1; rest < count; rest++)
                d[rest].ptr = NULL;
            free_queued(q);
            return NULL;
        }
    }
    return q;
}

static bool has_room(const struct queue *queue, size_t bytes)
{
    if (queue->len == 0)
        return true;
    return queue->len < MAX_QUEUED && queue->bytes + bytes <= MAX_BYTES;
}

error_t async_send(task_t dst, struct message *m)
{
    struct channel *ch;
    OK_OR_RETURN(control_connect(dst, &ch));
    if (!message_type_is_valid(m->type, NULL) || m->type < 0)
        return ERR_INVALID_ARG;
    if ((m->type & MSG_OOL) && stream_find(m->ool_ptr))
        return ERR_INVALID_ARG;
    struct message measured = *m;
    OK_OR_RETURN(payload_measure(&measured));
    struct queue *queue = find_queue(dst, false);
    if (!queue) {
        drop_dead_queues();
        queue = find_queue(dst, true);
    }
    size_t bytes = payload_total_len(&measured);
    if (queue && !has_room(queue, bytes)) {
        WARN("%zu messages with %zu bytes wait for task %d, which does not ask for them",
             queue->len, queue->bytes, dst);
        return ERR_NO_MEMORY;
    }
    struct queued *q = queue ? copy_message(&measured) : NULL;
    if (!q)
        return ERR_NO_MEMORY;
    list_push_back(&queue->messages, &q->elem);
    queue->len++;
    queue->bytes += bytes;
    return ipc_notify(dst, NOTIFY_ASYNC);
}

// Answers the pull that was received from `ch` with the first message of the queue.
static error_t answer_pull(struct channel *ch, struct queue *queue)
{
    struct queued *q = LIST_CONTAINER(queue->messages.next, struct queued, elem);
    error_t err = send_pull_answer(ch, &q->m);
    // A message whose payload found no receive buffer stays first in the queue, and async_reply()
    // notifies the receiver again. After any other error the message can never be delivered, and is
    // dropped, so that it does not hold up the messages behind it.
    if (err != ERR_WOULD_BLOCK) {
        list_remove(&q->elem);
        queue->len--;
        queue->bytes -= payload_total_len(&q->m);
        free_queued(q);
    }
    return err;
}

error_t async_reply(task_t dst)
{
    struct queue *queue = find_queue(dst, false);
    struct channel *ch = channel_find(dst);
    if (!ch || !ch->call.taken_pull)
        return ERR_WOULD_BLOCK; // `dst` has no pull under way
    if (!queue || queue->len == 0)
        return send_pull_answer(ch, &(struct message){.type = ERR_EMPTY});
    // The notification of the messages behind this one goes first, so that the receiver has it when
    // it has the answer. After the answer, it could come when the receiver has pulled them all.
    if (queue->len > 1)
        OK_OR_RETURN(ipc_notify(dst, NOTIFY_ASYNC));
    error_t err = answer_pull(ch, queue);
    if (err == ERR_WOULD_BLOCK)
        return ipc_notify(dst, NOTIFY_ASYNC);
    if (queue->len == 0)
        free_queue(queue);
    return err;
}

size_t async_queued(task_t dst)
{
    struct queue *queue = find_queue(dst, false);
    return queue ? queue->len : 0;
}

bool async_is_empty(task_t dst)
{
    return async_queued(dst) == 0;
}

// Reads packets from the channel until the answer to the pull has come.
static error_t await_pull(struct channel *ch)
{
    uint64_t deadline_ns = clock_deadline_ns(PULL_TIMEOUT_MS);
    while (!ch->pull.answer) {
        uint64_t now = clock_now_ns();
        struct packet packet;
        int fd = -1;
        if (now >= deadline_ns)
            return ERR_TIMEOUT;
        int left = (int)((deadline_ns - now + 999999) / 1000000);
        switch (link_read(ch, &packet, left, &fd)) {
        case IN_MESSAGE:
            link_stash(ch, &packet);
            break;
        case IN_ANSWER:
            drop_answer(ch, &packet, fd);
            break;
        case IN_ENDED:
            return ERR_ABORTED;
        default:
            break;
        }
        if (ch->fd < 0)
            return ERR_ABORTED;
    }
    return OK;
}

static error_t take_pulled(struct channel *ch, struct message *m)
{
    struct pulled *pulled = ch->pull.answer;
    error_t err = pulled->error;
    ch->pull.answer = NULL;
    ch->pull.seq = 0;
    if (IS_OK(err))
        *m = pulled->m;
    free(pulled);
    return err == ERR_WOULD_BLOCK ? ERR_TRY_AGAIN : err;
}

// Keeps the answer to a pull for async_recv(). The task may be waiting for something else now. The
// payload is copied out at once: its sender no longer has it, and the receive buffer must become
// free for others.
static bool keep_answer(struct channel *ch, struct packet *packet)
{
    if (ch->pull.answer)
        return false;
    ch->pull.answer = calloc(1, sizeof(*ch->pull.answer));
    if (!ch->pull.answer)
        return false;
    ch->pull.answer->error = take_answer(ch, packet, -1, &ch->pull.answer->m);
    // The program has already received the notification of this message. It gets another one, so
    // that it calls async_recv() again.
    if (!ch->pull.awaited && ch->pull.answer->error != ERR_EMPTY)
        inbox_pend(NOTIFY_ASYNC);
    return true;
}

// Sends a pull through `ch`, unless one is under way, and waits for the answer.
static error_t pull(struct channel *ch, struct message *m)
{
    error_t err = OK;
    if (!ch->pull.seq) {
        struct packet packet = {.type = ASYNC_MSG};
        link_on_pull_answer(keep_answer);
        ch->pull.seq = channel_next_seq(ch);
        err = link_send(ch, &packet, WIRE_CALL, ch->pull.seq, 0, true);
    }
    ch->pull.awaited = true;
    if (IS_OK(err))
        err = await_pull(ch);
    ch->pull.awaited = false;
    return IS_OK(err) ? take_pulled(ch, m) : err;
}

// Notifies the program again after the answer to the pull of an earlier call. That answer came with
// a notification of further messages, which the program may have taken for a notification of this
// answer.
static error_t expect_more(error_t err)
{
    if (IS_OK(err))
        inbox_pend(NOTIFY_ASYNC);
    return err;
}

error_t async_recv(task_t src, struct message *m)
{
    struct channel *ch = channel_find_any(src);
    if (ch && ch->pull.answer) {
        error_t err = take_pulled(ch, m); // even if `src` has ended since
        if (err != ERR_EMPTY)
            return expect_more(err);
    }
    OK_OR_RETURN(control_connect(src, &ch));
    OK_OR_RETURN(ool_register());
    wait_begin(WAIT_CALL, src, ASYNC_MSG);
    // If the pull is that of an earlier call, ERR_EMPTY tells about the time of that call. Then we
    // pull once more.
    bool asked_before = ch->pull.seq;
    error_t err = pull(ch, m);
    if (err == ERR_EMPTY && asked_before)
        err = pull(ch, m);
    else if (asked_before)
        expect_more(err);
    wait_end();
    return err;
}
