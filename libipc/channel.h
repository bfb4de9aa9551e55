// The table of channels, one for each peer, and the peer words of both sides.
#ifndef LIBIPC_CHANNEL_H
#define LIBIPC_CHANNEL_H

#include <oolong/list.h>
#include <oolong/message.h>
#include <oolong/wire.h>

struct shm;
struct payload;

// What a channel has learned of spinning and yielding before a sleep (doorbell.c).
struct doorbell_spin {
    // For a peer on another core:
    unsigned limit;    // turns of the loop that spins
    unsigned failures; // since the limit was enough, or SPIN_MAX was tried
    unsigned retry;    // failures until SPIN_MAX is tried
    // For a peer on the same core:
    unsigned without; // the next waits, which do not yield
    unsigned penalty; // `without` after the last late return
    unsigned helped;  // yields since then after which the message was there
};

// One part for each file that owns it. The parts that every message touches come first, in two
// cache lines.
struct channel {
    task_t task; // the peer
    int fd;      // -1: ended
    uint32_t chan;
    bool carries;    // packets bring their payloads with them: shared memory
    struct shm *shm; // NULL: all goes through the socket (region.c)

    // channel.c: what the two sides say in their pages, and what the launcher said of the peer.
    struct {
        const struct state_page *page; // the peer's; NULL for the launcher
        const struct peer_line *line;  // in it, what the peer says to me; NULL for the launcher
        struct peer_line *own;         // what I say to the peer; NULL: nothing more
        uint16_t word_sent, word_seen; // of the word in it; see peer_word() in wire.h
        uint32_t num_refused;          // methods that are another at the peer
        uint16_t *refused;             // their numbers, ascending
        uint64_t ool_len;              // largest payload that the peer receives; 0 of vm
    } peer;

    // doorbell.c
    struct {
        const _Atomic uint32_t *word; // rung by the peer, or by the launcher for itself
        uint32_t seen; // when the socket was last found empty; with shared memory, before a sleep
        struct doorbell_spin spin;
    } doorbell;

    // send.c and take.c
    struct {
        uint32_t seq;        // of the last SEND or CALL that I sent
        uint32_t taken_call; // seq of the last CALL that I took from the peer
        uint32_t taken_pull; // seq of an async pull that I took and did not answer yet; 0: none
        bool open;           // the call that I took is not answered yet
    } call;

    // inbox.c
    struct {
        bool listed;           // in the queue of turns
        uint32_t round;        // the round in which it entered the queue
        list_elem_t ready;     // in the queue
        unsigned num_unserved; // turns in a row that gave nothing to the program
        unsigned num_stashed;
        list_t stash; // struct stashed: received, not yet taken
    } turn;

    // async.c
    struct {
        uint32_t seq;          // of my async pull under way, 0: none
        bool awaited;          // now, by async_recv()
        struct pulled *answer; // its answer
    } pull;

    // vm_side.c: in vm; send.c: of the channel to vm
    struct {
        void *landing; // the peer's landing memory; NULL: taken over, or none
        bool wants_fd; // a descriptor comes with the answer
    } vm;

    list_elem_t all; // of the channels that have not ended
};
STATIC_ASSERT(offsetof(struct channel, turn) <= 128);

// The answer to an async pull, with its payloads copied out. It may have come while the task waited
// for something else.
struct pulled {
    error_t error;
    struct message m;
};

/// The channels that have not ended: a list of struct channel, their number, and the number of
/// those with shared memory.
list_t *channel_all(void);
unsigned channel_count(void);
unsigned channel_num_shm(void);

/// The counter that the peer increments when it did something for us. Read it, then check the
/// channel, then wait for the counter to change.
static inline uint32_t channel_doorbell(const struct channel *ch)
{
    return atomic_load_explicit(ch->doorbell.word, memory_order_acquire);
}

/// Allocates a channel, which is in no table yet, and maps the peer's page. Closes `page_fd` (-1:
/// none) in any case. NULL: no memory, or no such slot.
struct channel *channel_make(task_t task, uint32_t chan, int page_fd);

/// Puts a channel with its socket into the table and the list of open channels. Returns the channel
/// that had the slot before (NULL: none), which can no longer ring its peer.
struct channel *channel_enter(struct channel *ch, int fd) __mustuse;

/// Removes a channel from the list of open channels. channel_find_any() still finds it.
void channel_leave(struct channel *ch);

/// Unmaps the peer's page, and in vm its landing memory.
void channel_unmap(struct channel *ch);

/// Frees a channel that is in no table and no list.
void channel_free(struct channel *ch);

/// The open channel to `task`, or NULL.
struct channel *channel_find(task_t task);

/// The channel to `task` even if it has ended (its packets may be stashed), or NULL.
struct channel *channel_find_any(task_t task);

/// The number of the next SEND or CALL. No answer to an older packet can have it: see wire.h.
uint32_t channel_next_seq(struct channel *ch);

// `sent` and `seen` of the peer's word for us (0 if it is not of this channel), and publishing our
// own word.
uint16_t channel_peer_sent(struct channel *ch);
uint16_t channel_peer_seen(struct channel *ch);
void channel_publish(struct channel *ch);

/// Whether the peer is receiving now, from any task or from us.
bool channel_peer_is_ready(struct channel *ch);

/// Collects the notification bits that the peer has set and marks them as seen.
notifications_t channel_collect_notifications(struct channel *ch);

/// Whether the message's number means another method, or another version of it, at the peer. Logs a
/// warning then.
bool channel_refuses(struct channel *ch, int type);

#endif
