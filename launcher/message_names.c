// See message_names.h.
#include "message_names.h"
#include <stdio.h>
#include <oolong/idl_tables.h>
#include <oolong/message.h>
#include "util.h"

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

const char *message_interface(int number)
{
    const struct idl_message *message = idl_find_message(number);
    return message ? message->ns : NULL;
}

char *message_label(int number)
{
    const struct idl_message *message = idl_find_message(number);
    return message ? xasprintf("interface '%s'", *message->ns ? message->ns : message->name)
                   : xasprintf("message %#x", (unsigned)number);
}
