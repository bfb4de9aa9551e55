// A channel as a pipe of packets, through a socket or through shared memory: opening, sending,
// reading, ending. Files of higher layers decide what a message means.
#ifndef LIBIPC_LINK_H
#define LIBIPC_LINK_H

#include "channel.h"

struct payload;

// What link_read() found.
enum incoming {
    IN_MESSAGE, // SEND, CALL or NOBLOCK
    IN_ANSWER,  // REPLY, ACK or NACK
    IN_MESSAGE_OF_LAUNCHER,
    IN_HANDLED, // a packet that link_read() has handled itself; call it again
    IN_NOTHING, // no packet came before the timeout
    IN_ENDED,   // the channel has ended
};

/// Sets the function that gets every control packet of the launcher. It takes over the descriptors.
/// Call this before the first packet is read.
void link_on_control(void (*handle)(struct packet *packet, int *fds, int num_fds));

/// Sets the function that gets the answer to an async pull, whatever the task waits for when the
/// answer comes. `keep` returns false if it cannot keep the answer; link_read() then returns it as
/// any other answer.
void link_on_pull_answer(bool (*keep)(struct channel *ch, struct packet *packet));

/// Adds a socket channel that the launcher granted. Takes over `fd` and `page_fd` (-1: none), even
/// on failure; the peer then sees the channel end.
error_t link_add(task_t task, uint32_t chan, int fd, int page_fd) __mustuse;

/// The same for a channel with shared memory. `fds` are in the order of enum grant_fd.
error_t link_add_shm(const struct control_grant *grant,
                     const int fds[GRANT_NUM_FDS_OF_SHM]) __mustuse;

/// Ends a channel: closes its socket, unmaps its memory and tells the peer. Logs `why` if it is not
/// NULL. Stashed packets can still be received. The end of the channel to vm or to the launcher
/// ends the task.
void link_end(struct channel *ch, const char *why);

/// Frees a channel if it has ended, has no packets left, and is in no table.
void link_collect(struct channel *ch);

/// Reads one packet. Waits up to `timeout_ms` milliseconds (-1: for ever, 0: not at all). If `fd`
/// is not NULL, `*fd` becomes the descriptor that came with the packet (-1: none), which the caller
/// owns; only vm sends one. Through shared memory, the packet comes with its payloads in malloc()
/// memory, which the caller owns too: see link_drop().
enum incoming link_read(struct channel *ch, struct packet *packet, int timeout_ms, int *fd);

/// Keeps a packet for a later receive. If the peer has too many packets under way, or there is no
/// memory, drops the packet and ends the channel.
void link_stash(struct channel *ch, const struct packet *packet);

/// Frees the payloads of a packet that will not be received.
void link_drop(struct channel *ch, struct packet *packet);

/// Sends a packet of `kind` with the numbers `seq` and `ack`. With `block`, waits while the channel
/// is full. Errors as of transport_send(). link_send_payloads() sends `count` payloads too, through
/// shared memory only; it never returns ERR_WOULD_BLOCK with `block`.
error_t link_send(struct channel *ch, struct packet *packet, enum wire_kind kind, uint32_t seq,
                  uint32_t ack, bool block) __mustuse;
error_t link_send_payloads(struct channel *ch, struct packet *packet,
                           const struct payload *payloads, unsigned count, enum wire_kind kind,
                           uint32_t seq, uint32_t ack, bool block) __mustuse;

/// Acknowledges packet `seq`: with an ACK, or if `error` is an error, with a NACK. Never blocks.
void link_ack(struct channel *ch, uint32_t seq, error_t error);

/// Sets notification bits of the peer: see ipc_notify(). Never blocks.
error_t link_notify(struct channel *ch, notifications_t bits);

#endif
