// What servers of `net` do towards the TCP/IP server, which they never wait for.
#ifndef COMMON_NETDEVICE_H
#define COMMON_NETDEVICE_H

#include <oolong/types.h>

// Waits for a TCP/IP server and registers the device with it, unless there is one. Call it before
// each receive: after a restart it is another task.
void netdevice_find_tcpip(const uint8_t mac[6]);

// Whether a task is the TCP/IP server, the only one who may send frames.
bool netdevice_is_tcpip(task_t task);

// A frame for the TCP/IP server: straight to it while it waits and nothing is queued, else into the
// queue. What it does not take is dropped, as a network does.
void netdevice_pass_up(const void *frame, size_t len);

// Notes that a frame was dropped, and says so the first time.
void netdevice_dropped(const char *why);

// vm tells when the TCP/IP server has ended. Call it on NOTIFY_ASYNC.
void netdevice_pull_exits(void);

#endif
