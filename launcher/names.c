// Names out of the tables that idlc generates from the interfaces.
#include <stdio.h>
#include <oolong/idl_tables.h>
#include <oolong/message.h>
#include "suite.h"

const char *message_name(int type)
{
    static char number[32];
    unsigned id = (unsigned)MSG_ID(type);
    unsigned low = 0, high = oolong_idl_num_messages;
    if (type < 0) {
        snprintf(number, sizeof(number), "error %d", type);
        return number;
    }
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (oolong_idl_messages[middle].id == id)
            return oolong_idl_messages[middle].name;
        if (oolong_idl_messages[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    snprintf(number, sizeof(number), "message %#x", id);
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
