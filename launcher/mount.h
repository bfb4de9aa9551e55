// Mounts the file systems that tasks serve to the host: mount.NAME of a suite file.
#ifndef LAUNCHER_MOUNT_H
#define LAUNCHER_MOUNT_H

#include "manifest.h"

// Mounts a FUSE file system on the folder of a mount.NAME, after unmounting what an earlier task
// left there. Returns the descriptor for the requests, or -1 with errno set, after an error
// message.
int mount_open(const struct spec_file *file);

// A task ended: unmounts its file systems. The folders stay.
void mount_end(const struct task_spec *task);

// Reaps the processes that have unmounted. Call it on SIGCHLD.
void mount_reap(void);

// The suite ended: waits until everything is unmounted, or until a deadline.
void mount_finish(void);

#endif
