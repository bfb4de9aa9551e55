// The table of channels, one for each peer, and the peer words of both sides.
#ifndef LIBIPC_CHANNEL_H
#define LIBIPC_CHANNEL_H

#include <oolong/list.h>
#include <oolong/message.h>
#include <oolong/wire.h>

struct shm;
struct payload;

// How well spinning and yielding before a sleep have worked on a channel (doorbell.c).
struct doorbell_spin {
    // For a peer on another core:
    unsigned limit;    // the loop spins this many turns
    unsigned failures; // waits since the limit was last enough or SPIN_MAX was last tried
    unsigned retry;    // failures until SPIN_MAX is tried
    // For a peer on the same core:
    unsigned without; // this many waits will not yield
    unsigned penalty; // `without` after the last late return
    unsigned helped;  // yields since then that ended with the message there
};

// A channel has one part for each file of libipc that uses it. The parts that every message touches
// come first, in two cache lines.
struct channel {
    task_t task; // the peer
    int fd;      // -1: ended
    uint32_t chan;
    bool carries;    // packets come with their payloads, through shared memory
    struct shm *shm; // NULL: everything goes through the socket (region.c)

    // channel.c: what the two sides write in their pages, and what the launcher said about the
    // peer.
    struct {
        const struct state_page *page; // the peer's; NULL for the launcher
        const struct peer_line *line;  // in it, the line for this task; NULL for the launcher
        struct peer_line *own;         // the line for the peer; NULL: no more may be written
        uint16_t word_sent, word_seen; // the two parts of own->word; see peer_word() in wire.h
        uint32_t num_refused;          // methods that the peer defines differently
        uint16_t *refused;             // their numbers, ascending
        uint64_t ool_len;              // largest payload that the peer receives; 0 for vm
    } peer;

    // doorbell.c
    struct {
        const _Atomic uint32_t *word; // the peer's doorbell, or the launcher's
        uint32_t seen; // `word` when the socket was last empty; with shared memory, before a sleep
        struct doorbell_spin spin;
    } doorbell;

    // send.c and take.c
    struct {
        uint32_t seq;        // number of the last SEND or CALL that this task sent
        uint32_t taken_call; // number of the last CALL that this task took from the peer
        uint32_t taken_pull; // number of an async pull that was taken, not answered yet; 0: none
        bool open;           // the CALL that this task took is not answered yet
    } call;

    // inbox.c
    struct {
        bool listed;           // the channel is in the queue of turns
        uint32_t round;        // the round in which it entered the queue
        list_elem_t ready;     // its element in the queue
        unsigned num_unserved; // consecutive turns that gave the program nothing
        unsigned num_stashed;
        list_t stash; // struct stashed: packets that were received and not taken yet
    } turn;

    // async.c
    struct {
        uint32_t seq;          // number of this task's async pull under way; 0: none
        bool awaited;          // async_recv() is waiting for the answer now
        struct pulled *answer; // the answer to the pull
    } pull;

    // vm_side.c uses this part in vm; send.c uses it for the channel to vm
    struct {
        void *landing; // the peer's receive memory; NULL: there is none, or vm has taken it over
        bool wants_fd; // a descriptor comes with the answer
    } vm;

    list_elem_t all; // element of the list of channels that have not ended
};
STATIC_ASSERT(offsetof(struct channel, turn) <= 128);

// The answer to an async pull. Its payloads are copied out, because it may have come while the task
// waited for something else.
struct pulled {
    error_t error;
    struct message m;
};

/// The channels that have not ended: a list of struct channel, their number, and the number of
/// those with shared memory.
list_t *channel_all(void);
unsigned channel_count(void);
unsigned channel_num_shm(void);

/// The counter that the peer increments after each change that this task may wait for. Read it,
/// then check the channel, then wait for the counter to change.
static inline uint32_t channel_doorbell(const struct channel *ch)
{
    return atomic_load_explicit(ch->doorbell.word, memory_order_acquire);
}

/// Allocates a channel and maps the peer's page. The channel is in no table yet. Closes `page_fd`
/// (-1: none) even on failure. NULL: no memory, or no such slot.
struct channel *channel_make(task_t task, uint32_t chan, int page_fd);

/// Puts a channel with its socket into the table and the list of open channels. Returns the channel
/// that had the slot before (NULL: none). That one can no longer ring its peer's doorbell.
struct channel *channel_enter(struct channel *ch, int fd) __mustuse;

/// Removes a channel from the list of open channels. channel_find_any() still finds it.
void channel_leave(struct channel *ch);

/// Unmaps the peer's page and, in vm, its receive memory.
void channel_unmap(struct channel *ch);

/// Frees a channel that is in no table and no list.
void channel_free(struct channel *ch);

/// The open channel to `task`, or NULL.
struct channel *channel_find(task_t task);

/// The channel to `task` even if it has ended (its packets may be stashed), or NULL.
struct channel *channel_find_any(task_t task);

/// The number of the next SEND or CALL. No packet that still waits for an answer has this number:
/// see wire.h.
uint32_t channel_next_seq(struct channel *ch);

// The first two return `sent` and `seen` of the peer's word for this task, or 0 if the word is of
// another channel. The third publishes this task's word.
uint16_t channel_peer_sent(struct channel *ch);
uint16_t channel_peer_seen(struct channel *ch);
void channel_publish(struct channel *ch);

/// Whether the peer is receiving now, from any task or from this one.
bool channel_peer_is_ready(struct channel *ch);

/// Collects the notification bits that the peer has set and marks them as seen.
notifications_t channel_collect_notifications(struct channel *ch);

/// Whether the message's number stands for another method, or another version of it, at the peer.
/// If so, logs a warning.
bool channel_refuses(struct channel *ch, int type);

#endif
