// What the task says in its own state page to whoever reads it: what it waits for, how it sleeps,
// on which core it runs, and how much it has sent and received. (The lines for its peers are
// written by channel.c and region.c.)
#ifndef LIBIPC_PAGE_H
#define LIBIPC_PAGE_H

#include <oolong/wire.h>

/// Publishes in the state page what the task waits for, and that it does not any more.
void wait_begin(enum wait_kind kind, task_t task, int type);
void wait_end(void);

/// The halves of wait_begin(), for a caller that sends first and reads the clock then. It may read
/// nothing of other pages between publishing and sending.
void wait_publish(enum wait_kind kind, task_t task, int type);
void wait_since_now(void);

/// Says how the task is going to sleep, with a full fence: what is read after this is newer.
void page_publish_sleep(enum sleep_kind kind);

/// Publishes on which core the task runs.
void page_note_core(void);

/// Adds to a counter of the own state page. The others count a message.
void page_count(_Atomic uint64_t *counter, uint64_t n);
void page_count_sent(void);
void page_count_received(task_t src, int type, bool is_answer);

#endif
