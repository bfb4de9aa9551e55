// A client of an interface that its server does not have any more: refused, not misread.

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
    // What they have in common works.
    m = (struct message){.type = TIME_GETTIMEOFDAY_MSG};
    CHECK_ERR(ipc_call(server, &m), ERR_NOT_ACCEPTABLE); // the server's own answer
    CHECK_OK(ipc_notify(server, 0));
}
