// The nodes that the kernel knows: how often each was told to the kernel and not yet forgotten; a
// handle of nodes without a name, which programs may still have open or be in; and for how long a
// node is known to have no extended attributes.
#ifndef FUSE_KNOWN_H
#define FUSE_KNOWN_H

#include <oolong/types.h>

// Counts that the kernel is told a node. False: out of memory.
__mustuse bool known_add(uint64_t node);

// Keeps a handle of a node until the kernel forgets it. False: the kernel does not know it.
__mustuse bool known_keep(uint64_t node, handle_t handle);

// Whether a handle of the node is kept, which means that the node has no name.
bool known_is_kept(uint64_t node);

// Notes until when a node counts as having no extended attributes. 0: it may have some.
void known_set_bare(uint64_t node, uint64_t until_ns);
bool known_is_bare(uint64_t node, uint64_t now_ns);

// The kernel forgets a node `lookups` times. Returns the kept handle if it is not needed any more,
// or 0.
handle_t known_forget(uint64_t node, uint64_t lookups);

#endif
