// The table of channels: one a peer, and what both sides of each have said without a packet.
#ifndef LIBIPC_CHANNEL_H
#define LIBIPC_CHANNEL_H

#include <oolong/list.h>
#include <oolong/message.h>
#include <oolong/wire.h>

struct shm;
struct payload;

// What was learned of how to wait before sleeping (bell.c).
struct bell_spin {
    // For a peer on another core, how many turns of a loop:
    unsigned limit;
    unsigned failures; // since the limit was enough, or the maximum was tried
    unsigned retry;    // how many of them until the maximum is tried
    // For one on the same core:
    unsigned without; // so many waits yet go without yielding
    unsigned penalty; // how many they were when it was last late
    unsigned helped;  // how often it did since then
};

struct channel {
    task_t task; // the peer
    int fd;      // -1: ended
    uint32_t chan;
    const struct state_page *page; // the peer's; NULL for the launcher
    const struct peer_line *line;  // in it, what the peer says to me; NULL for the launcher
    struct peer_line *own_line;    // what I say to the peer; NULL: nothing more
    const _Atomic uint32_t *bell;  // rung by the peer, or by the launcher for itself
    uint32_t bell_seen;            // socket channels: when it was last found empty
    struct shm *shm;               // NULL: all goes through the socket
    uint64_t peer_ool_len;         // largest payload that the peer receives; 0 of vm
    void *landing;                 // in vm: the peer's landing memory; NULL: taken over, or none
    bool wants_fd;                 // vm's: a descriptor comes with the answer
    bool carries;                  // packets bring their payloads with them: shared memory
    list_elem_t all;               // in channel_all, until it ends
    struct bell_spin spin;
    uint16_t sent, seen;   // my half of peer_word(); see wire.h
    uint32_t seq;          // of the last SEND or CALL that I sent
    uint32_t taken_call;   // seq of the last CALL that I took from the peer
    bool call_open;        // and it is not answered yet
    uint32_t taken_pull;   // seq of an async pull that I took and that is not answered yet; 0: none
    bool listed;           // in the list of ready channels
    list_elem_t ready;     // there
    uint32_t round;        // since which round of looking it is
    unsigned num_unserved; // turns in a row that gave nothing to the program
    list_t stash;          // struct stashed: received, not yet taken
    unsigned num_stashed;
    uint32_t pull_seq;     // of my async pull under way, 0: none
    bool pull_awaited;     // now, by async_recv()
    struct pulled *pulled; // its answer
    uint32_t num_refused;  // methods that are another at the peer
    uint16_t *refused;     // their numbers, ascending
};

// The answer of an async pull, its payloads fetched: it may have come while the task waited for
// something else.
struct pulled {
    error_t error;
    struct message m;
};

extern list_t channel_all; // struct channel: those that have not ended
extern unsigned channel_count, channel_num_shm;

/// The bell by which the peer says that it did something for us. Read it, look, then wait.
static inline uint32_t channel_bell(const struct channel *ch)
{
    return atomic_load_explicit(ch->bell, memory_order_acquire);
}

/// Adds a channel that the launcher granted. Takes `fd` and `page_fd` (-1: none).
error_t channel_add(task_t task, uint32_t chan, int fd, int page_fd) __mustuse;

/// The same for one with shared memory. Takes the descriptors, in the order of CTL_GRANT.
error_t channel_add_shm(const struct control_grant *grant, const int fds[4]) __mustuse;

/// The open channel to `task`, or NULL.
struct channel *channel_find(task_t task);

/// The channel to `task` even when it ended: packets of it may be stashed.
struct channel *channel_find_any(task_t task);

/// Ends a channel: closes it and keeps in mind that it was. With vm or the launcher gone, the task
/// ends too. What is stashed can still be taken.
void channel_end(struct channel *ch, const char *why);

/// Frees an ended channel that nobody looks at any more.
void channel_collect(struct channel *ch);

// What an arriving packet is for whoever waits on its channel.
enum incoming {
    IN_MESSAGE, // SEND, CALL or NOBLOCK
    IN_ANSWER,  // REPLY, ACK or NACK
    IN_MESSAGE_OF_LAUNCHER,
    IN_HANDLED, // dealt with; read on
    IN_NOTHING, // nothing came within the time
    IN_ENDED,   // the channel ended
};

/// Reads one packet; `timeout_ms` -1 waits for ever, 0 not at all. Descriptors go to `*fd` (-1:
/// none), from vm and the launcher alone. Through shared memory, payloads come with the packet: see
/// channel_drop().
enum incoming channel_read(struct channel *ch, struct packet *packet, int timeout_ms, int *fd);

/// Keeps a packet for a later receive; ends the channel of a peer that has too many under way.
void channel_stash(struct channel *ch, const struct packet *packet);

/// Frees the payloads of a packet that is not going to be taken.
void channel_drop(struct channel *ch, struct packet *packet);

/// The number of the next SEND or CALL: none that an answer can still come for. See wire.h.
uint32_t channel_next_seq(struct channel *ch);

/// Sends a packet of `kind`. Errors as transport_send(). The second form sends the payloads with
/// it, through shared memory only.
error_t channel_send(struct channel *ch, struct packet *packet, enum wire_kind kind, uint32_t seq,
                     uint32_t ack, bool block) __mustuse;
error_t channel_send_payloads(struct channel *ch, struct packet *packet,
                              const struct payload *payloads, unsigned count, enum wire_kind kind,
                              uint32_t seq, uint32_t ack, bool block) __mustuse;

/// Answers with an empty ACK, or NACK with an error. Never blocks.
void channel_ack(struct channel *ch, uint32_t seq, error_t error);

// The halves of the peer word.
uint16_t channel_peer_sent(struct channel *ch);
uint16_t channel_peer_seen(struct channel *ch);
void channel_publish(struct channel *ch);

/// Whether the peer receives from anybody, or from me, now.
bool channel_peer_is_ready(struct channel *ch);

/// Collects the notification bits that the peer has set and marks them as seen.
notifications_t channel_collect_notifications(struct channel *ch);

/// See ipc_notify().
error_t channel_notify(struct channel *ch, notifications_t bits);

/// Whether the message's number means another method at the peer: another version, or another.
bool channel_refuses(struct channel *ch, int type);

#endif
