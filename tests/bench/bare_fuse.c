// bare_fuse: the smallest FUSE file system: files in this process's memory, no disk, no other task,
// one thread. Every FUSE file system takes at least as long. For tests/bench/fuse: bare_fuse
// FOLDER.
#define FUSE_USE_VERSION 35
#include <errno.h>
#include <fuse_lowlevel.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BUCKETS   (1u << 17)
#define TIMEOUT_S 3600.0 // no other program changes the file system

// The number of a node is its address. A node has one name; hard links are not needed here.
struct node {
    struct stat st;
    struct node *parent;
    struct node *in_bucket, *sibling, *children;
    off_t position; // of the node in its directory
    char *data;     // contents of a file, or target of a symbolic link
    size_t room;
    char name[256];
};

static struct node root;
static struct node *buckets[BUCKETS];
static off_t last_position;

static struct node *node_of(fuse_ino_t ino)
{
    return ino == FUSE_ROOT_ID ? &root : (struct node *)ino;
}

static struct node **find(const struct node *parent, const char *name)
{
    size_t hash = (uintptr_t)parent >> 4;
    for (const char *p = name; *p != '\0'; p++)
        hash = hash * 31 + (unsigned char)*p;
    struct node **link = &buckets[hash % BUCKETS];
    while (*link && ((*link)->parent != parent || strcmp((*link)->name, name) != 0))
        link = &(*link)->in_bucket;
    return link;
}

static struct fuse_entry_param entry_of(const struct node *node)
{
    return (struct fuse_entry_param){.ino = (fuse_ino_t)node,
                                     .attr = node->st,
                                     .attr_timeout = TIMEOUT_S,
                                     .entry_timeout = TIMEOUT_S};
}

static struct node *make(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
    struct node *dir = node_of(parent), *node = calloc(1, sizeof(*node));
    if (!node || strlen(name) >= sizeof(node->name)) {
        free(node);
        return NULL;
    }
    strcpy(node->name, name);
    node->parent = dir;
    node->st = (struct stat){.st_ino = (ino_t)node,
                             .st_mode = mode,
                             .st_nlink = S_ISDIR(mode) ? 2 : 1,
                             .st_uid = fuse_req_ctx(req)->uid,
                             .st_gid = fuse_req_ctx(req)->gid};
    clock_gettime(CLOCK_REALTIME, &node->st.st_mtim);
    node->st.st_atim = node->st.st_ctim = node->st.st_mtim;
    node->position = ++last_position;
    node->sibling = dir->children;
    dir->children = node;
    *find(dir, name) = node;
    return node;
}

static void op_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
    const struct node *node = *find(node_of(parent), name);
    struct fuse_entry_param entry = {.entry_timeout = TIMEOUT_S}; // a missing name is cached, too
    if (node)
        entry = entry_of(node);
    fuse_reply_entry(req, &entry);
}

static void op_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    (void)fi;
    fuse_reply_attr(req, &node_of(ino)->st, TIMEOUT_S);
}

static void op_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *st, int what,
                       struct fuse_file_info *fi)
{
    struct node *node = node_of(ino);
    struct timespec now;
    (void)fi;
    clock_gettime(CLOCK_REALTIME, &now);
    if (what & FUSE_SET_ATTR_MODE)
        node->st.st_mode = (node->st.st_mode & S_IFMT) | (st->st_mode & 07777);
    if (what & FUSE_SET_ATTR_UID)
        node->st.st_uid = st->st_uid;
    if (what & FUSE_SET_ATTR_GID)
        node->st.st_gid = st->st_gid;
    if (what & FUSE_SET_ATTR_MTIME)
        node->st.st_mtim = what & FUSE_SET_ATTR_MTIME_NOW ? now : st->st_mtim;
    if (what & FUSE_SET_ATTR_ATIME)
        node->st.st_atim = what & FUSE_SET_ATTR_ATIME_NOW ? now : st->st_atim;
    fuse_reply_attr(req, &node->st, TIMEOUT_S);
}

static void reply_new(fuse_req_t req, const struct node *node)
{
    if (!node) {
        fuse_reply_err(req, ENOMEM);
        return;
    }
    struct fuse_entry_param entry = entry_of(node);
    fuse_reply_entry(req, &entry);
}

static void op_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
    reply_new(req, make(req, parent, name, S_IFDIR | mode));
}

static void op_symlink(fuse_req_t req, const char *target, fuse_ino_t parent, const char *name)
{
    struct node *node = make(req, parent, name, S_IFLNK | 0777);
    if (node)
        node->data = strdup(target);
    reply_new(req, node);
}

static void op_readlink(fuse_req_t req, fuse_ino_t ino)
{
    fuse_reply_readlink(req, node_of(ino)->data);
}

static void op_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
                      struct fuse_file_info *fi)
{
    const struct node *node = make(req, parent, name, S_IFREG | mode);
    if (!node) {
        fuse_reply_err(req, ENOMEM);
        return;
    }
    struct fuse_entry_param entry = entry_of(node);
    fuse_reply_create(req, &entry, fi);
}

static void op_write(fuse_req_t req, fuse_ino_t ino, const char *buf, size_t size, off_t off,
                     struct fuse_file_info *fi)
{
    struct node *node = node_of(ino);
    size_t end = (size_t)off + size;
    (void)fi;
    if (end > node->room) {
        size_t room = end > 2 * node->room ? end : 2 * node->room;
        char *data = realloc(node->data, room);
        if (!data) {
            fuse_reply_err(req, ENOSPC);
            return;
        }
        memset(data + node->room, 0, room - node->room);
        node->data = data;
        node->room = room;
    }
    memcpy(node->data + off, buf, size);
    if ((off_t)end > node->st.st_size)
        node->st.st_size = (off_t)end;
    clock_gettime(CLOCK_REALTIME, &node->st.st_mtim);
    fuse_reply_write(req, size);
}

// A node without a name can be freed, because no file of it is open here.
static void op_unlink(fuse_req_t req, fuse_ino_t parent, const char *name)
{
    struct node **link = find(node_of(parent), name), *node = *link;
    if (!node) {
        fuse_reply_err(req, ENOENT);
        return;
    }
    *link = node->in_bucket;
    struct node **sibling = &node_of(parent)->children;
    while (*sibling != node)
        sibling = &(*sibling)->sibling;
    *sibling = node->sibling;
    free(node->data);
    node->data = NULL; // the kernel may still use this node
    node->room = 0;
    fuse_reply_err(req, 0);
}

// The newest entry comes first, so the positions decrease.
static void op_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
                       struct fuse_file_info *fi)
{
    char *buf = malloc(size);
    size_t used = 0;
    (void)fi;
    for (const struct node *node = node_of(ino)->children; node && buf; node = node->sibling) {
        if (off != 0 && node->position >= off)
            continue;
        size_t need =
            fuse_add_direntry(req, buf + used, size - used, node->name, &node->st, node->position);
        if (need > size - used)
            break;
        used += need;
    }
    fuse_reply_buf(req, buf, used);
    free(buf);
}

int main(int argc, char **argv)
{
    static const struct fuse_lowlevel_ops ops = {
        .lookup = op_lookup,
        .getattr = op_getattr,
        .setattr = op_setattr,
        .mkdir = op_mkdir,
        .symlink = op_symlink,
        .readlink = op_readlink,
        .create = op_create,
        .write = op_write,
        .unlink = op_unlink,
        .rmdir = op_unlink,
        .readdir = op_readdir,
    };
    char name[] = "bare_fuse", option[] = "-odefault_permissions", *args[] = {name, option, NULL};
    struct fuse_args fuse_args = FUSE_ARGS_INIT(2, args);
    if (argc != 2) {
        fprintf(stderr, "usage: bare_fuse FOLDER\n");
        return 2;
    }
    root.st = (struct stat){.st_ino = 1,
                            .st_mode = S_IFDIR | 0755,
                            .st_nlink = 2,
                            .st_uid = getuid(),
                            .st_gid = getgid()};
    struct fuse_session *session = fuse_session_new(&fuse_args, &ops, sizeof(ops), NULL);
    if (!session || fuse_set_signal_handlers(session) != 0 ||
        fuse_session_mount(session, argv[1]) != 0)
        return 1;
    int status = fuse_session_loop(session);
    fuse_session_unmount(session);
    fuse_remove_signal_handlers(session);
    fuse_session_destroy(session);
    return status < 0;
}
