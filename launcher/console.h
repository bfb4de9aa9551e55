// Tells tasks with the console (console = yes) what happens to the terminal.
#ifndef LAUNCHER_CONSOLE_H
#define LAUNCHER_CONSOLE_H

// Stops these tasks and the launcher (Ctrl-Z), and lets all go on when the launcher is continued.
void console_suspend(void);

// Tells these tasks that the line that they edit was wiped from the terminal.
void console_redraw(void);

#endif
