// The settings of the user's terminal. A task with the console may change them, and may be killed
// before it sets them back.
#ifndef LAUNCHER_TERMINAL_H
#define LAUNCHER_TERMINAL_H

#include <stdbool.h>

void terminal_save(void);
void terminal_restore(void); // as they were when they were saved

// Gives the terminal back and stops the launcher (Ctrl-Z). When the launcher goes on, the terminal
// has the settings again that it had before.
void terminal_suspend(void);

// Whether a task has a line editor on the terminal: it reads what is typed a key at a time.
bool terminal_has_line(void);

#endif
