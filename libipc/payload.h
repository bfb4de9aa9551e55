// The payloads of a message: the descriptors in it, measured, checked and freed. How payloads
// travel is in ool.h (through vm) and shm_send.h (through shared memory).
#ifndef LIBIPC_PAYLOAD_H
#define LIBIPC_PAYLOAD_H

#include <oolong/message.h>

// The descriptor of one payload, in a message.
struct payload {
    void *ptr;
    size_t len;
};
static inline struct payload *payload_descriptors(struct message *m)
{
    return (struct payload *)(void *)m->raw;
}

/// Whether the type word says that the message has payloads.
static inline bool payload_any(const struct message *m)
{
    return m->type >= 0 && (m->type & MSG_OOL);
}

/// Checks the descriptors of a message that is going to be sent, and measures its strings.
error_t payload_measure(struct message *m) __mustuse;

/// The length of all payloads of a message together, once they are measured.
uint64_t payload_total_len(struct message *m);

/// Whether payloads of these lengths fit a receive buffer of `limit` bytes. The rule holds for both
/// transports.
bool payload_fits(const size_t *lens, unsigned count, uint64_t limit);

#endif
