// The client half of out-of-line payloads: what a sender and a receiver ask of vm.
#ifndef LIBIPC_OOL_H
#define LIBIPC_OOL_H

#include "channel.h"

/// Calls vm on behalf of the library: the state page goes on saying what the program waits for.
error_t ool_call_vm(struct message *m) __mustuse;

/// Registers the task's receive buffers, the first time.
error_t ool_register(void) __mustuse;

/// Places the payloads of `m` in a receive buffer of `dst` and puts the id and lengths into its
/// descriptors. Waits for a buffer unless `flags` (OOL_NOBLOCK, OOL_REPLY) say otherwise.
error_t ool_place(task_t dst, struct message *m, unsigned flags) __mustuse;

/// Replaces the descriptors of a message from `src` by memory of the program.
///
/// ERR_TRY_AGAIN: the reservation was revoked. Any other error: the payload is not to be had.
error_t ool_take(task_t src, struct message *m) __mustuse;

/// Tells vm, when somebody is blocked for the caller, that its page says something new: that it
/// waits for `src` alone, or has copied out what `src` placed.
void ool_announce(task_t src);

#endif
