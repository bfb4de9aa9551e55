// File systems that tasks serve to the host: mount.NAME of a suite file.
#ifndef LAUNCHER_MOUNT_H
#define LAUNCHER_MOUNT_H

#include "manifest.h"

// Mounts a FUSE file system on the folder of a mount.NAME and returns its descriptor, or -1 with
// errno set after a line that says why. What an earlier task left there is unmounted first.
int mount_open(const struct spec_file *file);

// A task ended: what it had mounted goes. The folder itself stays.
void mount_end(const struct task_spec *task);

// Reaps the processes that unmounted. Call it on SIGCHLD.
void mount_reap(void);

// The suite ended: returns when nothing is mounted any more, or after a deadline.
void mount_finish(void);

#endif
