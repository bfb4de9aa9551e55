// The calls of libipc, for stubs whose server is in the same process. Payloads are copied as
// between tasks.
#ifndef TESTS_IDLC_STUB_TRANSPORT_H
#define TESTS_IDLC_STUB_TRANSPORT_H

#include <idl/demo_server.h>

#define SERVER     7
#define NEW_SERVER 8
#define CLIENT     5

extern const struct demo_ops *ops;        // the handlers of the server
extern struct message last_reply;         // what the server replied
extern bool has_reply;                    // whether it replied to the last call
extern struct message last_sent;          // the last message of async_send()
extern task_t last_dst;                   // the task of the last call or message
extern int num_calls;                     // calls so far
extern task_t dead;                       // a call to this task fails
extern void (*tamper)(struct message *m); // NULL, or changes each request on its way

#endif
