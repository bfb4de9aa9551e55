// What the kernel knows by number: one node for each inode of the file system, and the names that
// are known of it.
#ifndef FUSE_NODES_H
#define FUSE_NODES_H

#include <oolong/list.h>
#include <oolong/types.h>

#define NODE_ROOT 1

struct node {
    uint64_t id;
    uint64_t inode;      // of the file system; 0: it is gone, or not known
    uint64_t lookups;    // of the kernel
    unsigned num_within; // names whose directory this is
    list_t names;
    list_t files; // that are open
    struct node *next_id;
    struct node *next_inode;
};

// An open file.
struct file {
    list_elem_t elem; // of its node
    struct node *node;
    handle_t handle;
    bool is_changed; // since it was last flushed
};

// Makes the root. False: out of memory.
bool nodes_init(void);

// NULL: no such node.
struct node *node_find(uint64_t id);

// Notes that `text` in `parent` is an inode, and counts one lookup of the kernel. NULL: out of
// memory.
struct node *node_enter(struct node *parent, const char *text, uint64_t inode);

// A name is there no longer. With `gone`, neither is its inode: the number may come again.
void node_remove(struct node *parent, const char *text, bool gone);

void node_rename(struct node *parent, const char *text, struct node *new_parent,
                 const char *new_text);

// The kernel forgets lookups.
void node_forget(uint64_t id, uint64_t lookups);

// Writes the path of a node, or of a name in it unless that is NULL. The caller frees it.
//
// ERR_NOT_FOUND: it has no name any more. ERR_TOO_LARGE, ERR_NO_MEMORY.
__mustuse error_t node_path(const struct node *node, const char *name, char **path);

#endif
