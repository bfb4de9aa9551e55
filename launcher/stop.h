// The end of the suite: tasks one after the other, the youngest first, then vm.
#ifndef LAUNCHER_STOP_H
#define LAUNCHER_STOP_H

#include <stdbool.h>

void stop_suite(int exit_status); // in order; a second call kills at once
void stop_now(int exit_status);   // vm ended, or there is no time
void stop_continue(void);         // a task ended

bool stop_has_begun(void);
bool stop_is_done(void); // every task has ended
int stop_exit_status(void);

#endif
