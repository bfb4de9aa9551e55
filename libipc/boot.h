// The start of the process: from the launcher's first packet to the program's main().
#ifndef LIBIPC_BOOT_H
#define LIBIPC_BOOT_H

/// Receives boot, maps the own page, and opens the launcher's and vm's channels. Exits with a
/// message when the process was not started by the launcher.
void boot_start(void);

/// Installs the filter of the task's role, for all threads. Exits with a message when that fails.
void boot_confine(void);

/// Tells the launcher that the task runs.
void boot_ready(void);

#endif
