// Names out of the tables that idlc generates from the interfaces.
#include <stdio.h>
#include <oolong/idl_tables.h>
#include <oolong/message.h>
#include "suite.h"

const char *message_name(int type)
{
    static char number[32];
    const struct idl_message *message = idl_find_message(type);
    if (type < 0)
        snprintf(number, sizeof(number), "error %d", type);
    else if (message)
        return message->name;
    else
        snprintf(number, sizeof(number), "message %#x", MSG_ID(type));
    return number;
}

const char *namespace_name(uint32_t name_hash)
{
    static char number[32];
    for (unsigned i = 0; i < oolong_idl_num_namespaces; i++) {
        if (oolong_idl_namespaces[i].name_hash == name_hash)
            return oolong_idl_namespaces[i].name;
    }
    snprintf(number, sizeof(number), "%#x", name_hash);
    return number;
}
