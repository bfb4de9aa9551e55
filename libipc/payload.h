// Payload descriptors of messages: finding, checking and measuring them. For how payloads travel,
// see ool.h (through vm) and shm_send.h (through shared memory).
#ifndef LIBIPC_PAYLOAD_H
#define LIBIPC_PAYLOAD_H

#include <oolong/message.h>

// A payload descriptor, as it is in a message. `len` is in bytes.
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

/// Checks the payload descriptors of a message before it is sent, and sets the lengths of strings.
error_t payload_measure(struct message *m) __mustuse;

/// The length in bytes of all payloads of a measured message together.
uint64_t payload_total_len(struct message *m);

/// Whether payloads of these lengths fit a receive buffer of `limit` bytes. The rule holds for both
/// transports.
bool payload_fits(const size_t *lens, unsigned count, uint64_t limit);

#endif
