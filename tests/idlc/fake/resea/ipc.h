// The calls of libipc that generated code makes, for tests that need no process.
#ifndef FAKE_RESEA_IPC_H
#define FAKE_RESEA_IPC_H

#include <oolong/message.h>

#ifdef __cplusplus
extern "C" {
#endif
error_t ipc_send(task_t dst, struct message *m);
error_t ipc_call(task_t dst, struct message *m);
void ipc_reply(task_t dst, struct message *m);
void ipc_reply_err(task_t dst, error_t error);
task_t ipc_lookup_again(task_t old);
#ifdef __cplusplus
}
#endif

#endif
