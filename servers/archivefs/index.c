// Builds the tree of an archive's members: nodes, inodes and names, also when a later member has
// the path of an earlier one. lookup.c looks paths up.
#include "index.h"
#include <stdlib.h>
#include <string.h>

#define STRING_CHUNK_LEN (64 * 1024)
#define MIN_SLOTS        1024

struct string_chunk {
    struct string_chunk *next;
    size_t used;
    char text[STRING_CHUNK_LEN];
};

// A hard link that came before its target.
struct late_link {
    struct late_link *next;
    uint32_t node;
    char path[]; // tidy
};

static const char *store_string(struct index *index, const char *text, size_t len)
{
    struct string_chunk *chunk = index->strings;
    if (len >= STRING_CHUNK_LEN)
        return NULL;
    if (!chunk || STRING_CHUNK_LEN - chunk->used <= len) {
        if (index->string_bytes + sizeof(*chunk) > INDEX_BYTES_MAX)
            return NULL;
        chunk = malloc(sizeof(*chunk));
        if (!chunk)
            return NULL;
        chunk->used = 0;
        chunk->next = index->strings;
        index->strings = chunk;
        index->string_bytes += sizeof(*chunk);
    }

    char *stored = &chunk->text[chunk->used];
    memcpy(stored, text, len);
    stored[len] = '\0';
    chunk->used += len + 1;
    return stored;
}

// Makes room for one more element. False: out of memory, or over the limit.
static bool reserve(void **array, uint32_t num, uint32_t *max, size_t elem_size)
{
    if (num < *max)
        return true;
    if (num >= INDEX_MEMBERS_MAX)
        return false;
    uint32_t new_max = *max ? *max * 2 : 256;
    void *bigger = realloc(*array, new_max * elem_size);
    if (!bigger)
        return false;
    *array = bigger;
    *max = new_max;
    return true;
}

static bool new_inode(struct index *index, const struct inode *inode, uint32_t *number)
{
    if (!reserve((void **)&index->inodes, index->num_inodes, &index->max_inodes,
                 sizeof(struct inode)))
        return false;
    struct inode copy = *inode;
    copy.target = "";
    if (inode->kind == INDEX_SYMLINK && inode->target) {
        copy.target = store_string(index, inode->target, strlen(inode->target));
        if (!copy.target)
            return false;
        copy.size = strlen(copy.target);
    }
    *number = index->num_inodes++;
    index->inodes[*number] = copy;
    return true;
}

// FNV-1a over the parent's number and the name.
static uint32_t hash_name(uint32_t parent, const struct path_part *part)
{
    uint32_t hash = 2166136261u;
    for (int i = 0; i < 32; i += 8)
        hash = (hash ^ (parent >> i & 0xff)) * 16777619u;
    for (size_t i = 0; i < part->len; i++)
        hash = (hash ^ (uint8_t)part->name[i]) * 16777619u;
    return hash;
}

// The hash slot of a name: 0 if there is none, else a node's number + 1.
static uint32_t *find_slot(const struct index *index, uint32_t parent, const struct path_part *part)
{
    uint32_t mask = index->num_slots - 1;
    for (uint32_t i = hash_name(parent, part);; i++) {
        uint32_t *slot = &index->slots[i & mask];
        if (*slot == 0)
            return slot;
        const struct node *node = &index->nodes[*slot - 1];
        if (node->parent == parent && strlen(node->name) == part->len &&
            memcmp(node->name, part->name, part->len) == 0)
            return slot;
    }
}

uint32_t index_find_child(const struct index *index, uint32_t dir, const struct path_part *part)
{
    uint32_t found = *find_slot(index, dir, part);
    return found == 0 || index->nodes[found - 1].dead ? 0 : found - 1;
}

// Finds a tidy path without following links. False: not found.
static bool find_plain(const struct index *index, const char *path, uint32_t *node)
{
    struct path_part part;
    uint32_t at = 0;
    while (path_next(&path, &part)) {
        at = index_find_child(index, at, &part);
        if (at == 0)
            return false;
    }
    *node = at;
    return true;
}

// Grows the hash table when it is half full.
static bool grow_slots(struct index *index)
{
    if (index->num_nodes + 1 < index->num_slots / 2)
        return true;
    uint32_t num_slots = index->num_slots ? index->num_slots * 2 : MIN_SLOTS;
    uint32_t *slots = calloc(num_slots, sizeof(*slots));
    if (!slots)
        return false;

    free(index->slots);
    index->slots = slots;
    index->num_slots = num_slots;
    for (uint32_t i = 1; i < index->num_nodes; i++) {
        struct node *node = &index->nodes[i];
        if (node->dead)
            continue;
        struct path_part part = {node->name, strlen(node->name)};
        *find_slot(index, node->parent, &part) = i + 1;
    }
    return true;
}

// Makes a node, and replaces an earlier one of that name.
static bool new_node(struct index *index, uint32_t parent, const struct path_part *part,
                     uint32_t inode, uint32_t *number)
{
    if (!reserve((void **)&index->nodes, index->num_nodes, &index->max_nodes,
                 sizeof(struct node)) ||
        !grow_slots(index))
        return false;
    const char *name = store_string(index, part->name, part->len);
    if (!name)
        return false;

    uint32_t *slot = find_slot(index, parent, part);
    if (*slot != 0)
        index->nodes[*slot - 1].dead = true;
    *number = index->num_nodes++;
    *slot = *number + 1;
    index->nodes[*number] = (struct node){.name = name, .parent = parent, .inode = inode};
    return true;
}

// Finds or makes the directory `part` of `parent`. It replaces a node of another kind, because a
// member below it shows that a directory must have replaced that node.
static error_t enter_directory(struct index *index, uint32_t parent, const struct path_part *part,
                               uint32_t *dir)
{
    uint32_t found = *find_slot(index, parent, part);
    if (found != 0 && index_inode(index, found - 1)->kind == INDEX_DIRECTORY) {
        *dir = found - 1;
        return OK;
    }

    struct inode implied = {.kind = INDEX_DIRECTORY, .mode = 0755, .direct_at = INODE_NOT_DIRECT};
    uint32_t inode;
    if (!new_inode(index, &implied, &inode) || !new_node(index, parent, part, inode, dir))
        return ERR_NO_MEMORY;
    return OK;
}

// Walks to the last component of a tidy path, making directories on the way.
static error_t walk_to_parent(struct index *index, const char *path, uint32_t *parent,
                              struct path_part *last)
{
    struct path_part part;
    *parent = 0;
    path_next(&path, last);
    while (path_next(&path, &part)) {
        OK_OR_RETURN(enter_directory(index, *parent, last, parent));
        *last = part;
    }
    return OK;
}

static error_t add_late_link(struct index *index, uint32_t node, const char *path)
{
    struct late_link *late = malloc(sizeof(*late) + strlen(path) + 1);
    if (!late)
        return ERR_NO_MEMORY;
    index->nodes[node].link_to = node;
    late->node = node;
    strcpy(late->path, path);
    late->next = index->late_links;
    index->late_links = late;
    return OK;
}

// Adds a hard link to `target`, a tidy path. If the target comes later in the archive, the link has
// an inode of its own until then.
static error_t add_hardlink(struct index *index, const struct member *member, const char *target,
                            uint32_t parent, const struct path_part *last)
{
    uint32_t found, node, inode;
    bool known = find_plain(index, target, &found) && index->nodes[found].link_to == 0 &&
                 index_inode(index, found)->kind != INDEX_DIRECTORY;
    if (known) {
        inode = index->nodes[found].inode;
        if (member->has_data) {
            // cpio has the content with the last of the names.
            struct inode *shared = &index->inodes[inode];
            shared->size = member->inode.size;
            shared->ordinal = member->inode.ordinal;
            shared->segment = member->inode.segment;
            shared->sparse = member->inode.sparse;
            shared->direct_at = member->inode.direct_at;
        }
    } else if (!new_inode(index, &member->inode, &inode)) {
        return ERR_NO_MEMORY;
    }

    if (!new_node(index, parent, last, inode, &node))
        return ERR_NO_MEMORY;
    return known || member->has_data ? OK : add_late_link(index, node, target);
}

// The root itself: its permissions and times, if it is a directory.
static error_t add_root(struct index *index, const struct member *member)
{
    if (member->hardlink || member->inode.kind != INDEX_DIRECTORY)
        return ERR_NOT_ACCEPTABLE;
    index->inodes[0] = member->inode;
    index->inodes[0].target = "";
    return OK;
}

error_t index_add(struct index *index, const struct member *member)
{
    char path[PATH_LEN_MAX + 1], target[PATH_LEN_MAX + 1];
    OK_OR_RETURN(path_tidy(member->path, path, sizeof(path)));
    if (member->hardlink)
        OK_OR_RETURN(path_tidy(member->hardlink, target, sizeof(target)));
    if (member->inode.target && strlen(member->inode.target) > PATH_LEN_MAX)
        return ERR_TOO_LARGE;
    if (path[0] == '\0')
        return add_root(index, member);

    uint32_t parent;
    struct path_part last;
    OK_OR_RETURN(walk_to_parent(index, path, &parent, &last));
    if (member->hardlink)
        return add_hardlink(index, member, target, parent, &last);

    uint32_t inode, node;
    if (!new_inode(index, &member->inode, &inode))
        return ERR_NO_MEMORY;
    uint32_t found = *find_slot(index, parent, &last);
    if (found != 0 && member->inode.kind == INDEX_DIRECTORY &&
        index_inode(index, found - 1)->kind == INDEX_DIRECTORY) {
        index->nodes[found - 1].inode = inode;
        return OK;
    }
    return new_node(index, parent, &last, inode, &node) ? OK : ERR_NO_MEMORY;
}

// Resolves a link and all links on the way to its target. Drops them if the way is a cycle. Returns
// the number of nodes dropped.
static int resolve_late_link(struct index *index, uint32_t from)
{
    int num_dropped = 0;
    uint32_t end = from;
    while (index->nodes[end].link_to != 0 && !index->nodes[end].on_way) {
        index->nodes[end].on_way = true;
        end = index->nodes[end].link_to;
    }
    bool dangles = index->nodes[end].on_way || index->nodes[end].dead;
    uint32_t inode = index->nodes[end].inode;
    while (index->nodes[from].on_way) {
        struct node *node = &index->nodes[from];
        from = node->link_to;
        node->link_to = 0;
        node->on_way = false;
        node->inode = inode;
        num_dropped += dangles && !node->dead;
        node->dead |= dangles;
    }
    return num_dropped;
}

// Resolves hard links that came before their targets. A link without a target counts as one to
// itself.
static int resolve_late_links(struct index *index)
{
    int num_dropped = 0;
    uint32_t target;
    for (struct late_link *late = index->late_links; late; late = late->next) {
        if (find_plain(index, late->path, &target) &&
            index_inode(index, target)->kind != INDEX_DIRECTORY)
            index->nodes[late->node].link_to = target;
    }
    for (struct late_link *late = index->late_links; late; late = late->next) {
        if (!index->nodes[late->node].dead)
            num_dropped += resolve_late_link(index, late->node);
    }
    return num_dropped;
}

// Drops the nodes below directories that a later member replaced. (A node comes after its
// directory.)
static int drop_unreachable(struct index *index)
{
    int num_dropped = 0;
    for (uint32_t i = 1; i < index->num_nodes; i++) {
        struct node *node = &index->nodes[i];
        if (!node->dead && index->nodes[node->parent].dead) {
            node->dead = true;
            num_dropped++;
        }
    }
    return num_dropped;
}

static int compare_nodes(const void *a, const void *b, void *arg)
{
    const struct index *index = arg;
    const struct node *x = &index->nodes[*(const uint32_t *)a];
    const struct node *y = &index->nodes[*(const uint32_t *)b];
    if (x->parent != y->parent)
        return x->parent < y->parent ? -1 : 1;
    return strcmp(x->name, y->name);
}

// Sorts the children of each directory by name. Leaves out dropped nodes.
static error_t sort_children(struct index *index)
{
    index->sorted = malloc(index->num_nodes * sizeof(*index->sorted));
    if (!index->sorted)
        return ERR_NO_MEMORY;

    uint32_t num = 0;
    for (uint32_t i = 1; i < index->num_nodes; i++) {
        if (!index->nodes[i].dead)
            index->sorted[num++] = i;
    }
    qsort_r(index->sorted, num, sizeof(*index->sorted), compare_nodes, index);

    for (uint32_t i = 0; i < num; i++) {
        struct node *parent = &index->nodes[index->nodes[index->sorted[i]].parent];
        if (parent->num_children++ == 0)
            parent->first_child = i;
    }
    return OK;
}

int index_finish(struct index *index)
{
    int num_dropped = resolve_late_links(index);
    num_dropped += drop_unreachable(index);
    error_t err = sort_children(index);
    return IS_ERROR(err) ? err : num_dropped;
}

struct index *index_create(void)
{
    struct index *index = calloc(1, sizeof(*index));
    if (!index)
        return NULL;

    struct inode root = {.kind = INDEX_DIRECTORY, .mode = 0755, .direct_at = INODE_NOT_DIRECT};
    uint32_t inode;
    if (!reserve((void **)&index->nodes, 0, &index->max_nodes, sizeof(struct node)) ||
        !grow_slots(index) || !new_inode(index, &root, &inode)) {
        index_free(index);
        return NULL;
    }
    index->nodes[0] = (struct node){.name = ""};
    index->num_nodes = 1;
    return index;
}

void index_free(struct index *index)
{
    if (!index)
        return;
    while (index->strings) {
        struct string_chunk *next = index->strings->next;
        free(index->strings);
        index->strings = next;
    }
    while (index->late_links) {
        struct late_link *next = index->late_links->next;
        free(index->late_links);
        index->late_links = next;
    }
    free(index->nodes);
    free(index->inodes);
    free(index->slots);
    free(index->sorted);
    free(index);
}
