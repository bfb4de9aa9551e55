// The tree of an archive's members in memory. It is built once from the headers, then only read.
//
// A node is a name in a directory; an inode is what the name stands for. Hard links are several
// nodes with one inode. Both are known by number, and number 0 is the root directory.
#ifndef ARCHIVEFS_INDEX_H
#define ARCHIVEFS_INDEX_H

#include <oolong/types.h>
#include "path.h"

#define INDEX_MEMBERS_MAX (1u << 20)           // nodes, and inodes
#define INDEX_BYTES_MAX   (256u * 1024 * 1024) // names and link targets

// The kind of an inode, with the numbers of enum fs_kind.
enum index_kind {
    INDEX_OTHER = 0,
    INDEX_FILE = 1,
    INDEX_DIRECTORY = 2,
    INDEX_SYMLINK = 3,
};

#define INODE_NOT_DIRECT UINT64_MAX

struct inode {
    enum index_kind kind;
    uint32_t mode; // permission bits
    uint32_t uid;
    uint32_t gid;
    int64_t mtime;      // seconds since 1970
    uint64_t size;      // bytes of content
    uint32_t ordinal;   // which header of the archive, from 0, has the content
    uint8_t segment;    // in which archive of the file, from 0, that header is
    bool sparse;        // has holes: the stored data may end before `size`
    uint64_t direct_at; // the position of the content in the decompressed archive, or
                        // INODE_NOT_DIRECT
    const char *target; // of a symbolic link, else ""
};

struct node {
    const char *name; // NUL-terminated
    uint32_t parent;
    uint32_t inode;
    uint32_t first_child; // position in `sorted`, of a directory
    uint32_t num_children;
    uint32_t link_to; // of a hard link whose target is not known yet: the node of the target, or
                      // its own number. Otherwise 0.
    bool on_way;      // index_finish() follows links from it
    bool dead;        // replaced by a later member, or below a replaced directory
};

struct index {
    struct node *nodes;
    uint32_t num_nodes;
    uint32_t max_nodes;
    struct inode *inodes;
    uint32_t num_inodes;
    uint32_t max_inodes;
    uint32_t *slots; // hash table of node number + 1, by parent and name
    uint32_t num_slots;
    uint32_t *sorted; // node numbers, each directory's children together in name order
    size_t string_bytes;
    struct string_chunk *strings;
    struct late_link *late_links;
};

// A header of an archive for index_add(). The pointers stay the caller's.
struct member {
    const char *path;
    const char *hardlink; // the path of the target, or NULL
    bool has_data;        // a hard link with the content
    struct inode inode;   // target is NULL except for symbolic links
};

// An index with an empty root directory. NULL: out of memory.
struct index *index_create(void);
void index_free(struct index *index);

// Adds a member and the directories of its path. It replaces an earlier member of the same path. A
// directory that comes again keeps its children.
//
// Nothing is added after an error. ERR_TOO_LARGE: the path or the target of a link is too long.
// ERR_NOT_ACCEPTABLE: the path is the root, and the member is not a directory. ERR_NO_MEMORY: out
// of memory, or over the limits above.
__mustuse error_t index_add(struct index *index, const struct member *member);

// Call it after the last member: resolves hard links to later members and sorts directories.
// Returns how many names were dropped (hard links to nothing or to themselves, and names in
// directories that a later member replaced), or ERR_NO_MEMORY.
__mustuse int index_finish(struct index *index);

// The child of a directory with that name, or 0 (the root) if there is none.
uint32_t index_find_child(const struct index *index, uint32_t dir, const struct path_part *part);

// Finds what `path` names (lookup.c). Symbolic links on the way are followed, within the archive
// alone; the last component's only if `follow`. An absolute target starts at the archive's root,
// and ".." does not leave it. A trailing slash asks for a directory.
//
// ERR_NOT_FOUND: no such path, or over 40 links. ERR_TOO_LARGE: longer than PATH_LEN_MAX.
__mustuse error_t index_find(const struct index *index, const char *path, bool follow,
                             uint32_t *node);

static inline const struct inode *index_inode(const struct index *index, uint32_t node)
{
    return &index->inodes[index->nodes[node].inode];
}

// Writes the path of a node, cut to `size` bytes with the NUL.
void index_path(const struct index *index, const struct node *node, char *buf, size_t size);

// Child number `k` (from 0, in name order) of a directory.
static inline uint32_t index_child(const struct index *index, uint32_t dir, uint32_t k)
{
    return index->sorted[index->nodes[dir].first_child + k];
}

#endif
