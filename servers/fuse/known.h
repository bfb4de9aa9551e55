// What the kernel knows by number, a node of the file server: how often it was told, until it
// forgets all of that; the handles of what has no name any more, which the kernel may still have
// open or be in; and for how long a node is known to have no extended attributes.
#ifndef FUSE_KNOWN_H
#define FUSE_KNOWN_H

#include <oolong/types.h>

// The kernel is told a node once more. False: out of memory.
__mustuse bool known_add(uint64_t node);

// Keeps a handle of a node until the kernel forgets it. False: the kernel does not know it.
__mustuse bool known_keep(uint64_t node, handle_t handle);

// Whether a handle of the node is kept, so that it has no name.
bool known_is_kept(uint64_t node);

// Notes until when a node is taken to have no extended attributes. 0: it may have some.
void known_set_bare(uint64_t node, uint64_t until_ns);
bool known_is_bare(uint64_t node, uint64_t now_ns);

// The kernel forgets some of what it was told. Returns the handle that is not needed any more, or
// 0.
handle_t known_forget(uint64_t node, uint64_t lookups);

#endif
