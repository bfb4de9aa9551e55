// What servers of `net` do towards the TCP/IP server, which they never wait for.
#ifndef COMMON_NETDEVICE_H
#define COMMON_NETDEVICE_H

#include <oolong/types.h>

// Waits for a TCP/IP server and registers the device with it, unless there is one. Call it before
// each receive: after a restart it is another task.
void netdevice_find_tcpip(const uint8_t mac[6]);

// Whether a frame that a task has sent is the TCP/IP server's, which alone may send any.
bool netdevice_takes_from(task_t task);

// A frame for the TCP/IP server: straight to it while it waits, else into the queue. What does not
// fit that is dropped, as a network does.
//
// Frames do not overtake each other: none goes straight while one is queued, and none of the queue
// is handed out while one that went straight was not received. device.c of tcpip is the other half
// of this.
void netdevice_pass_up(const void *frame, size_t len);

// Answers ASYNC_MSG, by which the TCP/IP server asks for what is queued: with nothing, and another
// notification, when it has to receive something else first.
void netdevice_answer_pull(task_t task);

// Notes that a frame was dropped, and says so the first time.
void netdevice_dropped(const char *why);

// vm tells when the TCP/IP server has ended; and a server that queues frames for the device,
// instead of sending them, tells of them, which then go to `tx`. Call it on NOTIFY_ASYNC.
void netdevice_pull(void (*tx)(const void *frame, size_t len));

#endif
