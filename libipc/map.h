// Maps memory that the task got as a descriptor.
#ifndef LIBIPC_MAP_H
#define LIBIPC_MAP_H

#include <oolong/message.h>

// map.c
/// Whether vm's answer to a call of this type comes with a descriptor of memory.
bool map_is_asked(int type);

/// Maps the memory that came with a reply of vm, and puts the address into the reply.
error_t map_reply(struct message *m, int fd) __mustuse;

/// Maps the memory of a task's receive buffers, each of which takes `ool_len` bytes of payload.
/// Takes `fd`. NULL: there is no room for it.
void *map_landing(int fd, uint64_t ool_len);

/// Gives back the memory of a task's receive buffers, which map_landing() has mapped, when that
/// task has ended. Nothing happens yet but for map_release_piece(), so that no call takes long.
void map_release(void *landing, size_t len);

/// Whether memory is left to be given back.
bool map_release_is_pending(void);

/// Gives back a piece of the memory, at most MAP_PIECE bytes, if some is left.
void map_release_piece(void);
#define MAP_PIECE ((size_t)16 << 20) // takes about a millisecond

#endif
