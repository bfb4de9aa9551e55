// Names of messages and errors, for people.

#include <stdio.h>
#include <oolong/idl_tables.h>
#include <resea/ipc.h>

static const char *const errors[] = {
    "OK",
    "ERR_NO_MEMORY",
    "ERR_NOT_PERMITTED",
    "ERR_WOULD_BLOCK",
    "ERR_ABORTED",
    "ERR_TOO_LARGE",
    "ERR_TOO_SMALL",
    "ERR_NOT_FOUND",
    "ERR_INVALID_ARG",
    "ERR_INVALID_TASK",
    "ERR_ALREADY_EXISTS",
    "ERR_UNAVAILABLE",
    "ERR_NOT_ACCEPTABLE",
    "ERR_EMPTY",
    "DONT_REPLY",
    "ERR_IN_USE",
    "ERR_TRY_AGAIN",
    "ERR_END",
    "ERR_TIMEOUT",
    "ERR_NO_SPACE",
    "ERR_NOT_EMPTY",
};
STATIC_ASSERT(sizeof(errors) / sizeof(errors[0]) == 1 - ERR_LAST);

const char *err2str(error_t err)
{
    if (err >= 0)
        return errors[0];
    return err >= ERR_LAST ? errors[-err] : "(unknown error)";
}

const char *msgtype2str(int type)
{
    static char unknown[2][24]; // two, so that one line can name two
    static unsigned turn;
    if (type < 0)
        return err2str(type);
    const struct idl_message *message = idl_find_message(type);
    if (message)
        return message->name;
    char *text = unknown[turn++ % 2];
    snprintf(text, sizeof(unknown[0]), "(unknown %x)", (unsigned)type);
    return text;
}
