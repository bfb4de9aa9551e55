// A channel as a pipe of packets, through a socket or through shared memory: opening, sending,
// reading, ending. What a message means is decided above.
#ifndef LIBIPC_LINK_H
#define LIBIPC_LINK_H

#include "channel.h"

struct payload;

// What an arriving packet is for whoever waits on its channel.
enum incoming {
    IN_MESSAGE, // SEND, CALL or NOBLOCK
    IN_ANSWER,  // REPLY, ACK or NACK
    IN_MESSAGE_OF_LAUNCHER,
    IN_HANDLED, // dealt with; read on
    IN_NOTHING, // nothing came within the time
    IN_ENDED,   // the channel ended
};

/// Hands every control packet of the launcher to `handle`, which takes the descriptors. No such
/// packet is read before this call.
void link_on_control(void (*handle)(struct packet *packet, int *fds, int num_fds));

/// Hands the answer to the async pull under way to `keep`, whatever the task waits for when it
/// comes. `keep` returns whether it has it; a second one is an answer that nothing waits for.
void link_on_pull_answer(bool (*keep)(struct channel *ch, struct packet *packet));

/// Adds a channel that the launcher granted. Takes `fd` and `page_fd` (-1: none).
error_t link_add(task_t task, uint32_t chan, int fd, int page_fd) __mustuse;

/// The same for one with shared memory. Takes the descriptors, in the order of CTL_GRANT.
error_t link_add_shm(const struct control_grant *grant,
                     const int fds[GRANT_NUM_FDS_OF_SHM]) __mustuse;

/// Ends a channel: closes it and keeps in mind that it was. With vm or the launcher gone, the task
/// ends too. What is stashed can still be taken.
void link_end(struct channel *ch, const char *why);

/// Frees an ended channel that nobody looks at any more.
void link_collect(struct channel *ch);

/// Reads one packet; `timeout_ms` -1 waits for ever, 0 not at all. Descriptors go to `*fd` (-1:
/// none), from vm and the launcher alone. Through shared memory, payloads come with the packet: see
/// link_drop().
enum incoming link_read(struct channel *ch, struct packet *packet, int timeout_ms, int *fd);

/// Keeps a packet for a later receive; ends the channel of a peer that has too many under way.
void link_stash(struct channel *ch, const struct packet *packet);

/// Frees the payloads of a packet that is not going to be taken.
void link_drop(struct channel *ch, struct packet *packet);

/// Sends a packet of `kind`. Errors as transport_send(). The second form sends the payloads with
/// it, through shared memory only.
error_t link_send(struct channel *ch, struct packet *packet, enum wire_kind kind, uint32_t seq,
                  uint32_t ack, bool block) __mustuse;
error_t link_send_payloads(struct channel *ch, struct packet *packet,
                           const struct payload *payloads, unsigned count, enum wire_kind kind,
                           uint32_t seq, uint32_t ack, bool block) __mustuse;

/// Answers with an empty ACK, or NACK with an error. Never blocks.
void link_ack(struct channel *ch, uint32_t seq, error_t error);

/// See ipc_notify().
error_t link_notify(struct channel *ch, notifications_t bits);

#endif
