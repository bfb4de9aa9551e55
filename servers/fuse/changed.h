// The attributes of the directory whose names were changed last. Linux asks for them after each
// change; the answer to the change has what is new of them.
#ifndef FUSE_CHANGED_H
#define FUSE_CHANGED_H

#include <idl/fs.h>

// Notes what the server said of a directory; it may be used until then.
void changed_note(const uint64_t *attr, uint64_t until_ns);

// Notes what a change of its names made of a directory.
void changed_update(uint64_t dir, const uint64_t *dir_attr);

// Forgets what is known, because something else has changed: anything, or this node.
void changed_forget(void);
void changed_forget_node(uint64_t node);

// The attributes of a directory and until when they may be used, or NULL.
const uint64_t *changed_find(uint64_t dir, uint64_t now_ns, uint64_t *until_ns);

#endif
