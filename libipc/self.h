// What the launcher said of the task at boot, and the memory and files that it gave the task.
// Written once, at boot (boot.c).
#ifndef LIBIPC_SELF_H
#define LIBIPC_SELF_H

#include <oolong/wire.h>

struct self_file {
    char name[64];
    int fd;
};

struct self {
    struct state_page *page; // the task's own; NULL before boot
    struct control_boot boot;
    void *landing;                 // the memory for its receive buffers; NULL in vm
    const struct talk_table *talk; // in vm: which tasks were granted a channel to each other
    struct self_file *files;       // that the suite file gives the task
    unsigned num_files;
};

extern struct self ipc_self;

#endif
