// Hostile tasks. They use their sockets directly for what the library would not do.
#ifndef CHAOS_NEIGHBOUR_H
#define CHAOS_NEIGHBOUR_H

#include <oolong/internal.h>
#include <oolong/message.h>
#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/malloc.h>
#include <resea/printf.h>
#include <resea/syscall.h>
#include <resea/task.h>
#include "../../libipc/link.h"
#include "board.h"

extern struct board_role *role;
extern uint64_t dice;
extern task_t pair; // the server that they attack

// Counts a hostile act, so that the referee sees that the neighbour is active.
void did_it(void);

// Gets a channel to the pair's server.
struct channel *meet_pair(void);

// Sends a request to vm. The answer may be anything.
error_t ask_vm(struct message *m);
// Calls ool.send with `len` bytes for the pair's server. Returns the id, or sets `*err`.
vaddr_t place_for_pair(const void *data, size_t len, bool noblock, error_t *err);

// neighbour_wire.c
void flooder(void);
void liar(void);
void mute(void);
void descriptor_sender(void);

// neighbour_vm.c
void placer(void);
void stranger(void);
void busy_placer(void);
void mutator(void);
void thief(void);
void bomb(void);
void hoarder(void);
void unread_hoarder(void);

// neighbour_region.c
void scribbler(void);
void trickler(void);

// neighbour_stall.c
void stall_read(void);
void stall_half(void);
void stall_write(void);
void stall_later(void);
void copier(void);
void distant_copier(void);

#endif
