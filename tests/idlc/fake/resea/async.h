// The call of libipc's async messages that generated code makes.
#ifndef FAKE_RESEA_ASYNC_H
#define FAKE_RESEA_ASYNC_H

#include <oolong/message.h>

#ifdef __cplusplus
extern "C" {
#endif
error_t async_send(task_t dst, struct message *m);
#ifdef __cplusplus
}
#endif

#endif
