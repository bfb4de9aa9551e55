// Checks type words of messages.
#ifndef LIBIPC_MESSAGE_TYPE_H
#define LIBIPC_MESSAGE_TYPE_H

#include <oolong/types.h>

struct idl_message;

/// Whether a type word is one that idlc could have made, or an error. `*known` (`known` may be
/// NULL) becomes what this program knows about it, or NULL.
bool message_type_is_valid(int type, const struct idl_message **known);

#endif
