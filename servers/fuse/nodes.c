// The table of nodes: found by number, by inode, and by directory and name.
#include "nodes.h"
#include <stdlib.h>
#include <string.h>

#define NUM_BUCKETS  4096u
#define PATH_LEN_MAX 4095u

struct name {
    list_elem_t elem; // of its node
    struct name *next;
    struct node *node;
    struct node *parent;
    char text[];
};

static struct node *by_id[NUM_BUCKETS], *by_inode[NUM_BUCKETS];
static struct name *by_name[NUM_BUCKETS];
static uint64_t last_id = NODE_ROOT;
static struct node root;

static struct name **name_bucket(const struct node *parent, const char *text)
{
    uint64_t hash = parent->id * 0x9e3779b97f4a7c15u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return &by_name[(hash >> 20) % NUM_BUCKETS];
}

static struct name *find_name(const struct node *parent, const char *text)
{
    struct name *name = *name_bucket(parent, text);
    while (name && (name->parent != parent || strcmp(name->text, text) != 0))
        name = name->next;
    return name;
}

struct node *node_find(uint64_t id)
{
    struct node *node = by_id[id % NUM_BUCKETS];
    while (node && node->id != id)
        node = node->next_id;
    return node;
}

static struct node *find_inode(uint64_t inode)
{
    struct node *node = by_inode[inode % NUM_BUCKETS];
    while (node && node->inode != inode)
        node = node->next_inode;
    return node;
}

static void put(struct node *node)
{
    node->next_id = by_id[node->id % NUM_BUCKETS];
    by_id[node->id % NUM_BUCKETS] = node;
    list_init(&node->names);
    list_init(&node->files);
}

bool nodes_init(void)
{
    root.id = NODE_ROOT;
    root.lookups = 1;
    put(&root);
    return true;
}

static struct node *add_node(uint64_t inode)
{
    struct node *node = calloc(1, sizeof(*node));
    if (!node)
        return NULL;
    node->id = ++last_id;
    node->inode = inode;
    put(node);
    node->next_inode = by_inode[inode % NUM_BUCKETS];
    by_inode[inode % NUM_BUCKETS] = node;
    return node;
}

// The inode's number may now be another's.
static void forget_inode(struct node *node)
{
    struct node **link = &by_inode[node->inode % NUM_BUCKETS];
    while (*link && *link != node)
        link = &(*link)->next_inode;
    if (*link)
        *link = node->next_inode;
    node->inode = 0;
}

static void release(struct node *node);

static void drop_name(struct name *name)
{
    struct name **link = name_bucket(name->parent, name->text);
    while (*link != name)
        link = &(*link)->next;
    *link = name->next;
    list_remove(&name->elem);
    struct node *parent = name->parent;
    free(name);
    parent->num_within--;
    release(parent);
}

// Frees a node that nobody needs: the kernel does not know it, and no name that is known is in it.
static void release(struct node *node)
{
    if (node == &root || node->lookups > 0 || node->num_within > 0 || !list_is_empty(&node->files))
        return;
    node->lookups = 1; // not again from within
    LIST_FOR_EACH (name, &node->names, struct name, elem)
        drop_name(name);
    if (node->inode != 0)
        forget_inode(node);
    struct node **link = &by_id[node->id % NUM_BUCKETS];
    while (*link != node)
        link = &(*link)->next_id;
    *link = node->next_id;
    free(node);
}

static bool add_name(struct node *node, struct node *parent, const char *text)
{
    struct name *name = malloc(sizeof(*name) + strlen(text) + 1);
    if (!name)
        return false;
    strcpy(name->text, text);
    name->node = node;
    name->parent = parent;
    parent->num_within++;
    struct name **bucket = name_bucket(parent, text);
    name->next = *bucket;
    *bucket = name;
    list_push_back(&node->names, &name->elem);
    return true;
}

// Takes a name away from its node, which stays while something else needs it.
static void unname(struct name *name)
{
    struct node *node = name->node;
    drop_name(name);
    release(node);
}

struct node *node_enter(struct node *parent, const char *text, uint64_t inode)
{
    struct name *name = find_name(parent, text);
    if (name && name->node->inode == inode) {
        name->node->lookups++;
        return name->node;
    }
    parent->num_within++; // so that it outlives the old name
    if (name)
        unname(name);
    struct node *node = find_inode(inode);
    if (!node)
        node = add_node(inode);
    if (node) {
        node->lookups++;
        if (!add_name(node, parent, text)) {
            node->lookups--;
            release(node);
            node = NULL;
        }
    }
    parent->num_within--;
    return node;
}

void node_remove(struct node *parent, const char *text, bool gone)
{
    struct name *name = find_name(parent, text);
    if (!name)
        return;
    if (gone && name->node->inode != 0)
        forget_inode(name->node);
    unname(name);
}

void node_rename(struct node *parent, const char *text, struct node *new_parent,
                 const char *new_text)
{
    struct name *name = find_name(parent, text);
    if (!name)
        return;
    struct node *node = name->node;
    node->lookups++;
    node_remove(new_parent, new_text, false);
    // Without memory for it, the next lookup finds it.
    (void)add_name(node, new_parent, new_text);
    drop_name(name);
    node->lookups--;
    release(node);
}

void node_forget(uint64_t id, uint64_t lookups)
{
    struct node *node = node_find(id);
    if (!node || node == &root)
        return;
    node->lookups -= MIN(lookups, node->lookups);
    release(node);
}

error_t node_path(const struct node *node, const char *last, char **path)
{
    char buf[PATH_LEN_MAX + 1], *at = &buf[PATH_LEN_MAX];
    *at = '\0';
    const char *text = last;
    while (text || node != &root) {
        if (!text) {
            list_t *names = (list_t *)(uintptr_t)&node->names;
            if (list_is_empty(names))
                return ERR_NOT_FOUND;
            const struct name *name = LIST_CONTAINER(names->prev, struct name, elem);
            text = name->text;
            node = name->parent;
        }
        size_t len = strlen(text);
        if (len + 1 > (size_t)(at - buf))
            return ERR_TOO_LARGE;
        at -= len;
        memcpy(at, text, len);
        *--at = '/';
        text = NULL;
    }
    *path = strdup(*at ? at : "/");
    return *path ? OK : ERR_NO_MEMORY;
}
