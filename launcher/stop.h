// Ends the suite: tasks one after the other, the last started first, and vm at the end.
#ifndef LAUNCHER_STOP_H
#define LAUNCHER_STOP_H

#include <stdbool.h>

void stop_suite(int exit_status); // in order; a second call kills all at once
void stop_now(int exit_status);   // kills all at once
void stop_continue(void);         // call it when a task has ended

bool stop_has_begun(void);
bool stop_is_done(void); // every task has ended
int stop_exit_status(void);

#endif
