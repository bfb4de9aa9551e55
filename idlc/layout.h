// Where each field lies, which number each message has, and what two programs compare.
#ifndef IDLC_LAYOUT_H
#define IDLC_LAYOUT_H

#include "ast.h"

// Places the fields of each message: payload descriptors first, 16 bytes each, the others behind
// them in the order of the file, naturally aligned. Reports messages that are too long or carry
// too many payloads.
void layout_messages(struct program *program);

// Gives each message its number and its type word. The number is a hash of the full name, so that
// it depends neither on other messages nor on the order of files. Reports collisions.
void number_messages(struct program *program);

// The digest of each namespace: two programs with the same one agree on every byte of it.
void digest_namespaces(struct program *program);
// The digest of one message: what two programs must agree on that send it to each other. After
// digest_namespaces().
uint32_t digest_message(const struct message *message);

#endif
