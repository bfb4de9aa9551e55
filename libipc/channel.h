// The table of channels: one a peer, and what both sides of each have said without a packet.
#ifndef LIBIPC_CHANNEL_H
#define LIBIPC_CHANNEL_H

#include <oolong/list.h>
#include <oolong/message.h>
#include <oolong/wire.h>

struct shm;
struct payload;

// What was learned of how to wait before sleeping (doorbell.c).
struct doorbell_spin {
    // For a peer on another core, how many turns of a loop:
    unsigned limit;
    unsigned failures; // since the limit was enough, or the maximum was tried
    unsigned retry;    // how many of them until the maximum is tried
    // For one on the same core:
    unsigned without; // waits that do not yield yet
    unsigned penalty; // their number after the last late return
    unsigned helped;  // how often it did since then
};

// In parts by the file that owns them. What every message touches comes first, in two cache lines.
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
        uint32_t round;        // since which round of looking it is
        list_elem_t ready;     // there
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

// The answer of an async pull, its payloads fetched: it may have come while the task waited for
// something else.
struct pulled {
    error_t error;
    struct message m;
};

/// The channels that have not ended: a list of struct channel, their number, and the number of
/// those with shared memory.
list_t *channel_all(void);
unsigned channel_count(void);
unsigned channel_num_shm(void);

/// The doorbell by which the peer says that it did something for us. Read it, look, then wait.
static inline uint32_t channel_doorbell(const struct channel *ch)
{
    return atomic_load_explicit(ch->doorbell.word, memory_order_acquire);
}

/// Makes a channel that is in no table yet. Takes `page_fd` (-1: none). NULL: there is no memory.
struct channel *channel_make(task_t task, uint32_t chan, int page_fd);

/// Puts a channel into the table, open, with its socket. Returns the one whose slot that was (NULL:
/// none), which says nothing more to its peer.
struct channel *channel_enter(struct channel *ch, int fd) __mustuse;

/// Takes a channel out of the list of those that have not ended. It is still found.
void channel_leave(struct channel *ch);

/// Unmaps the peer's page, and in vm its landing memory.
void channel_unmap(struct channel *ch);

/// Frees a channel that is in no table and no list.
void channel_free(struct channel *ch);

/// The open channel to `task`, or NULL.
struct channel *channel_find(task_t task);

/// The channel to `task` even when it ended: packets of it may be stashed.
struct channel *channel_find_any(task_t task);

/// The number of the next SEND or CALL: none that an answer can still come for. See wire.h.
uint32_t channel_next_seq(struct channel *ch);

// The halves of the peer word.
uint16_t channel_peer_sent(struct channel *ch);
uint16_t channel_peer_seen(struct channel *ch);
void channel_publish(struct channel *ch);

/// Whether the peer receives from anybody, or from me, now.
bool channel_peer_is_ready(struct channel *ch);

/// Collects the notification bits that the peer has set and marks them as seen.
notifications_t channel_collect_notifications(struct channel *ch);

/// Whether the message's number means another method at the peer: another version, or another.
bool channel_refuses(struct channel *ch, int type);

#endif
