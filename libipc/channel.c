// Owns the table of channels and the peer words of the state page.

#include "channel.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <oolong/idl_tables.h>
#include <resea/printf.h>
#include "map.h"
#include "self.h"

static list_t open_list = {&open_list, &open_list};
static unsigned num_open, num_open_shm;
static struct channel *by_slot[CONFIG_NUM_TASKS];

void channel_unmap(struct channel *ch)
{
    if (ch->peer.page)
        munmap((void *)(uintptr_t)ch->peer.page, STATE_PAGE_SIZE);
    ch->peer.page = NULL;
    if (ch->vm.landing)
        map_release(ch->vm.landing, ool_landing_len((size_t)ch->peer.ool_len));
    ch->vm.landing = NULL;
}

struct channel *channel_make(task_t task, uint32_t chan, int page_fd)
{
    unsigned slot = (unsigned)TASK_SLOT(task);
    struct channel *ch = task >= 0 && slot < CONFIG_NUM_TASKS ? calloc(1, sizeof(*ch)) : NULL;
    if (!ch)
        goto out;
    ch->task = task;
    ch->chan = chan;
    ch->fd = -1;
    list_init(&ch->turn.stash);
    list_nullify(&ch->turn.ready);
    list_nullify(&ch->all);
    ch->doorbell.word = &ipc_self.page->launcher_doorbell;
    if (page_fd >= 0) {
        void *page = mmap(NULL, STATE_PAGE_SIZE, PROT_READ, MAP_SHARED, page_fd, 0);
        if (page == MAP_FAILED) {
            free(ch);
            ch = NULL;
            goto out;
        }
        ch->peer.page = page;
        ch->peer.line = &ch->peer.page->peers[TASK_SLOT(ipc_self.boot.task)];
        ch->doorbell.word = &ch->peer.line->doorbell;
        ch->peer.own = &ipc_self.page->peers[slot];
    }
out:
    if (page_fd >= 0)
        close(page_fd);
    return ch;
}

// Clears the line for the peer, which belongs to the new channel from now on.
static void begin_line(struct channel *ch)
{
    if (!ch->peer.own)
        return;
    atomic_store(&ch->peer.own->word, 0);
    atomic_store(&ch->peer.own->taken, 0);
    atomic_store(&ch->peer.own->bytes, 0);
    atomic_store(&ch->peer.own->bytes_taken, 0);
    atomic_store(&ch->peer.own->wants, 0);
    channel_publish(ch);
}

struct channel *channel_enter(struct channel *ch, int fd)
{
    struct channel **slot = &by_slot[TASK_SLOT(ch->task)], *old = *slot;
    *slot = ch;
    if (old)
        old->peer.own = NULL;
    ch->fd = fd;
    ch->doorbell.seen = channel_doorbell(ch) - 1; // pending: the peer may have rung before
    list_push_back(&open_list, &ch->all);
    num_open++;
    num_open_shm += ch->shm != NULL;
    begin_line(ch);
    return old;
}

void channel_leave(struct channel *ch)
{
    list_remove(&ch->all);
    num_open--;
    num_open_shm -= ch->shm != NULL;
}

void channel_free(struct channel *ch)
{
    channel_unmap(ch);
    if (ch->pull.answer)
        ipc_free_payloads(&ch->pull.answer->m);
    free(ch->pull.answer);
    free(ch->peer.refused);
    free(ch);
}

list_t *channel_all(void)
{
    return &open_list;
}

unsigned channel_count(void)
{
    return num_open;
}

unsigned channel_num_shm(void)
{
    return num_open_shm;
}

struct channel *channel_find_any(task_t task)
{
    if (task < 0 || TASK_SLOT(task) >= CONFIG_NUM_TASKS)
        return NULL;
    struct channel *ch = by_slot[TASK_SLOT(task)];
    return ch && ch->task == task ? ch : NULL;
}

struct channel *channel_find(task_t task)
{
    struct channel *ch = channel_find_any(task);
    return ch && ch->fd >= 0 ? ch : NULL;
}

uint32_t channel_next_seq(struct channel *ch)
{
    do
        ch->call.seq = ch->call.seq % WIRE_SEQ_MASK + 1;
    while (ch->call.seq == ch->pull.seq);
    return ch->call.seq;
}

static uint64_t peer_half(struct channel *ch)
{
    if (!ch->peer.line)
        return 0;
    uint64_t word = atomic_load(&ch->peer.line->word);
    return word >> 32 == ch->chan ? word : 0;
}

uint16_t channel_peer_sent(struct channel *ch)
{
    return (uint16_t)(peer_half(ch) >> 16);
}

uint16_t channel_peer_seen(struct channel *ch)
{
    return (uint16_t)peer_half(ch);
}

void channel_publish(struct channel *ch)
{
    if (ch->peer.own)
        atomic_store(&ch->peer.own->word,
                     peer_word(ch->chan, ch->peer.word_sent, ch->peer.word_seen));
}

bool channel_peer_is_ready(struct channel *ch)
{
    uint64_t word = atomic_load(&ch->peer.page->wait);
    switch (wait_word_kind(word)) {
    case WAIT_OPEN:
        return true;
    case WAIT_RECV:
        return wait_word_task(word) == ipc_self.boot.task;
    case WAIT_CALL:
        // The peer receives the reply only after I took its call; before, it is still sending.
        return wait_word_task(word) == ipc_self.boot.task && ch->call.open;
    default:
        return false;
    }
}

notifications_t channel_collect_notifications(struct channel *ch)
{
    if (!peer_half(ch)) // the peer has not published its word yet, or the channel has ended
        return 0;
    uint16_t pending = (uint16_t)((channel_peer_sent(ch) ^ ch->peer.word_seen) & PEER_NOTIFY_MASK);
    if (pending) {
        ch->peer.word_seen ^= pending;
        channel_publish(ch);
    }
    return (notifications_t)pending;
}

static int compare_numbers(const void *left, const void *right)
{
    const uint16_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

bool channel_refuses(struct channel *ch, int type)
{
    uint16_t number = (uint16_t)(MSG_ID(type) & ~MSG_REPLY_BIT);
    if (ch->peer.num_refused == 0 || type < 0 ||
        !bsearch(&number, ch->peer.refused, ch->peer.num_refused, sizeof(number), compare_numbers))
        return false;
    WARN("%s: task %d was built with another version of its interface, or its number is another's",
         msgtype2str(type), ch->task);
    return true;
}
