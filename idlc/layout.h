// The place of each field, the number of each message, and the digests that two programs compare.
#ifndef IDLC_LAYOUT_H
#define IDLC_LAYOUT_H

#include "ast.h"

// Places the fields of each message: payload descriptors first, 16 bytes each, then the other
// fields in the order of the file, naturally aligned. Reports messages that are too long or have
// too many payloads.
void layout_messages(struct program *program);

// Gives each message its number and its type word. The number is a hash of the full name, so it
// does not depend on other messages or on the order of files. Reports collisions.
void number_messages(struct program *program);

// Computes the digest of each namespace. Two programs with the same digest agree on all its
// messages.
void digest_namespaces(struct program *program);
// The digest of one message, of everything that its sender and its receiver must agree on. Call
// digest_namespaces() first.
uint32_t digest_message(const struct message *message);

#endif
