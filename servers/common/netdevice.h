// The part of a server of `net` that deals with the TCP/IP server. It never waits for that server.
#ifndef COMMON_NETDEVICE_H
#define COMMON_NETDEVICE_H

#include <oolong/types.h>

// If no TCP/IP server is known, waits for one and registers the device with it. Call it before each
// receive, because a restarted server is another task.
void netdevice_find_tcpip(const uint8_t mac[6]);

// Whether a task is the TCP/IP server, the only one that may send frames.
bool netdevice_takes_from(task_t task);

// Passes a frame to the TCP/IP server. If the server is waiting, the frame is sent to it, otherwise
// it is queued. If the queue is full, the frame is dropped, as in any network.
//
// Frames do not overtake each other. None is sent while another is queued, and none of the queue is
// handed out until the server has received those that were sent. The other half of this is in
// device.c of tcpip.
void netdevice_pass_up(const void *frame, size_t len);

// Answers ASYNC_MSG, with which the TCP/IP server asks for queued frames. If the server must first
// receive a frame that was sent, it gets none, and another notification.
void netdevice_answer_pull(task_t task);

// Counts a dropped frame. The first one is logged.
void netdevice_dropped(const char *why);

// Call it on NOTIFY_ASYNC: vm tells that the TCP/IP server has ended, or a server that queues
// frames has some for the device. `tx` is called with each.
void netdevice_pull(void (*tx)(const void *frame, size_t len));

#endif
