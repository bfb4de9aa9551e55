// The attributes of the directory whose names changed last. Linux asks for them after each change.
// The server's answer to the change has the new values.
#ifndef FUSE_CHANGED_H
#define FUSE_CHANGED_H

#include <idl/fs.h>

// Notes the attributes of a directory as the server gave them. They are valid until `until_ns`.
void changed_note(const uint64_t *attr, uint64_t until_ns);

// Updates them after a change of the directory's names.
void changed_update(uint64_t dir, const uint64_t *dir_attr);

// Forgets the attributes, in any case or if they are of this node, because they may have changed.
void changed_forget(void);
void changed_forget_node(uint64_t node);

// The attributes of a directory, and until when they are valid. NULL: not known.
const uint64_t *changed_find(uint64_t dir, uint64_t now_ns, uint64_t *until_ns);

#endif
