// The table of tasks, from their state pages.
#ifndef LAUNCHER_PS_H
#define LAUNCHER_PS_H

char *ps_text(void); // The caller frees it.

#endif
