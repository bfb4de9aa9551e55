// Writes the task's own state page: what the task waits for, how it sleeps, on which core it runs,
// and how much it has sent and received. (channel.c and region.c write the peer lines.)
#ifndef LIBIPC_PAGE_H
#define LIBIPC_PAGE_H

#include <oolong/wire.h>

/// wait_begin() publishes what the task waits for; wait_end() publishes that it no longer waits.
void wait_begin(enum wait_kind kind, task_t task, int type);
void wait_end(void);

/// The two halves of wait_begin(), for a caller that sends a message between them and reads the
/// clock after it. Between publishing and sending, the caller must not read pages of other tasks.
void wait_publish(enum wait_kind kind, task_t task, int type);
void wait_since_now(void);

/// Publishes how the task is going to sleep. A full fence follows, so that later reads come after
/// it.
void page_publish_sleep(enum sleep_kind kind);

/// Publishes on which core the task runs.
void page_note_core(void);

/// page_count() adds `n` to a counter of the own state page. The others count one message.
void page_count(_Atomic uint64_t *counter, uint64_t n);
void page_count_sent(void);
void page_count_received(task_t src, int type, bool is_answer);

#endif
