// Out-of-line payloads through sockets: what senders and receivers ask of vm.
#ifndef LIBIPC_OOL_H
#define LIBIPC_OOL_H

#include "channel.h"

/// Calls vm for the library, and overwrites `m` with the answer. The state page still shows what
/// the program itself waits for. An answer that is an error is returned.
error_t ool_call_vm(struct message *m) __mustuse;

/// Registers the task's two receive buffers with vm. Later calls do nothing.
error_t ool_register(void) __mustuse;

/// Places the payloads of `m` in a receive buffer of `dst`, and puts the receipt id into each
/// payload descriptor. Waits for a free buffer unless `flags` has OOL_NOBLOCK or OOL_REPLY.
error_t ool_place(task_t dst, struct message *m, unsigned flags) __mustuse;

/// Copies the payloads of a message from `src` out of the receive buffer, and points the payload
/// descriptors to the copies. The caller frees each with free().
///
/// ERR_TRY_AGAIN: vm revoked the reservation. After any other error the payloads are lost.
error_t ool_take(task_t src, struct message *m) __mustuse;

/// Tells vm, if senders are blocked in vm for the caller, to read the caller's state page again:
/// the caller now waits for `src` alone, or has copied out the payloads that `src` placed.
void ool_announce(task_t src);

#endif
