// A client that was built with the older version of changed.idl. The server refuses calls of
// methods that have changed since, and of a method whose number belongs to another method now. The
// method that has not changed works.
#include <oolong/idl_tables.h>
#include "scenario.h"

static void check_refused(task_t server, int type)
{
    struct message m = {.type = type};
    CHECK_ERR(ipc_call(server, &m), ERR_NOT_ACCEPTABLE);
    m.type = type;
    CHECK_ERR(ipc_send(server, &m), ERR_NOT_ACCEPTABLE);
    error_t err;
    do // the client asks again while the server does not receive yet
        err = ipc_send_noblock(server, &m);
    while (err == ERR_WOULD_BLOCK);
    CHECK_EQ(err, ERR_NOT_ACCEPTABLE);
}

void main(void)
{
    task_t server = ipc_lookup("changed");
    int num_many = 0;
    CHECK(server > 0);
    check_refused(server, CHAT_ADD_MSG);
    for (unsigned i = 0; i < oolong_idl_num_messages; i++) {
        const struct idl_message *message = &oolong_idl_messages[i];
        if (strcmp(message->ns, "many") != 0 || (message->id & MSG_REPLY_BIT))
            continue;
        check_refused(server, message->type);
        num_many++;
    }
    CHECK_EQ(num_many, 150);
    struct message m = {.type = GROWN_KEPT_MSG};
    CHECK_OK(ipc_call(server, &m));
    CHECK_EQ(m.type, GROWN_KEPT_REPLY_MSG);
}
