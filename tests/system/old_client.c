// A client of an interface that its server no longer has. The server refuses its messages and does
// not misread them.

#include "scenario.h"

void main(void)
{
    task_t server = ipc_lookup("notes");
    CHECK(server > 0);
    struct message m = {.type = NOTES_GET_MSG};
    m.notes_get.id = 1;
    CHECK_ERR(ipc_call(server, &m), ERR_NOT_ACCEPTABLE);
    m = (struct message){.type = NOTES_ADD_MSG};
    m.notes_add.text = STR("text");
    CHECK_ERR(ipc_send(server, &m), ERR_NOT_ACCEPTABLE);
    WAIT_UNTIL(waits(server, WAIT_OPEN, 0));
    CHECK_ERR(ipc_send_noblock(server, &m), ERR_NOT_ACCEPTABLE);
    // Messages of an interface that both have reach the server.
    m = (struct message){.type = TIME_GETTIMEOFDAY_MSG};
    CHECK_ERR(ipc_call(server, &m), ERR_NOT_ACCEPTABLE); // the server itself answers
    CHECK_OK(ipc_notify(server, 0));
}
