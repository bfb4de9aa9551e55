// Owns the check of type words, which both the sender and the receiver of a message make.

#include "message_type.h"
#include <oolong/idl_tables.h>
#include <oolong/message.h>

#define RECENT_TYPES 16u

// What was looked up a moment ago is in one line of memory, the reply beside its request.
static const struct idl_message *find_message(int type)
{
    static struct {
        int type;
        const struct idl_message *message;
    } recent[RECENT_TYPES];
    unsigned i = (2u * (unsigned)type + ((type & MSG_REPLY_BIT) != 0)) % RECENT_TYPES;
    if (recent[i].type != type) {
        recent[i].message = idl_find_message(type);
        recent[i].type = type;
    }
    return recent[i].message;
}

bool message_type_is_valid(int type, const struct idl_message **known)
{
    const struct idl_message *found = type < 0 ? NULL : find_message(type);
    if (known)
        *known = found;
    if (type < 0)
        return true;
    if (type == NOTIFICATIONS_MSG) // never a packet: the library makes it of notification bits
        return false;
    if (found)
        return found->type == type;
    if (type & MSG_RESERVED_BITS)
        return false;
    return (type & MSG_OOL) || !(type & (MSG_STR | 0x1f0000));
}
