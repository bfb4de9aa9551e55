// Follows paths. The target of a symbolic link replaces the link in the rest of the path.
#include "walk.h"
#include <stdlib.h>
#include <string.h>
#include "file.h"
#include "inode.h"
#include "io.h"
#include "tree.h"

struct walk {
    ext2_ino_t dir;
    unsigned num_links;
    char *rest; // rest of the path, within `buf`
    char *part; // the current name
    size_t len; // length of the current name
    char buf[2 * (WALK_PATH_MAX + 1)];
};

// Goes to the next name; skips "." and empty names. False at the end.
static bool next_part(struct walk *walk)
{
    do {
        walk->part = walk->rest + strspn(walk->rest, "/");
        walk->len = strcspn(walk->part, "/");
        walk->rest = walk->part + walk->len;
    } while (walk->len == 1 && walk->part[0] == '.');
    return walk->len > 0;
}

// Whether no name follows.
static bool at_last(const struct walk *walk)
{
    const char *rest = walk->rest;
    do {
        rest += strspn(rest, "/");
        size_t len = strcspn(rest, "/");
        if (len > 1 || (len == 1 && *rest != '.'))
            return false;
        rest += len;
    } while (*rest);
    return true;
}

error_t walk_lookup(struct volume *volume, ext2_ino_t dir, const char *name, size_t len,
                    ext2_ino_t *ino)
{
    ext2_ino_t found;
    OK_OR_RETURN(entry_find(volume, dir, name, len, &found));
    if (!inode_is_valid(volume, found))
        return ERR_UNAVAILABLE;
    *ino = found;
    return OK;
}

error_t walk_readlink(struct volume *volume, ext2_ino_t ino, char **target)
{
    struct ext2_inode_large inode;
    OK_OR_RETURN(inode_read(volume, ino, &inode));
    if (!LINUX_S_ISLNK(inode.i_mode))
        return ERR_NOT_ACCEPTABLE;
    uint64_t size = inode_size(volume, &inode);
    if (size == 0 || size > WALK_PATH_MAX)
        return ERR_UNAVAILABLE;
    char *text = calloc(1, size + 1);
    if (!text)
        return ERR_NO_MEMORY;
    error_t err = OK;
    if (ext2fs_is_fast_symlink(inode_short(&inode))) {
        if (size < sizeof(inode.i_block))
            memcpy(text, inode.i_block, size);
        else
            err = ERR_UNAVAILABLE;
    } else {
        err = file_read(volume, ino, &inode, 0, text, size);
    }
    if (IS_OK(err) && strlen(text) != size)
        err = ERR_UNAVAILABLE; // the target contains a NUL
    if (IS_ERROR(err))
        free(text);
    else
        *target = text;
    return err;
}

// Puts the target of a link in front of the rest of the path.
static error_t follow_link(struct volume *volume, struct walk *walk, ext2_ino_t ino)
{
    char *target;
    if (++walk->num_links > WALK_LINKS_MAX)
        return ERR_NOT_FOUND;
    OK_OR_RETURN(walk_readlink(volume, ino, &target));
    size_t len = strlen(target), rest_len = strlen(walk->rest);
    if (len + 1 + rest_len + 1 > sizeof(walk->buf)) {
        free(target);
        return ERR_TOO_LARGE;
    }
    memmove(&walk->buf[len + 1], walk->rest, rest_len + 1);
    memcpy(walk->buf, target, len);
    walk->buf[len] = '/';
    walk->rest = walk->buf;
    if (target[0] == '/')
        walk->dir = EXT2_ROOT_INO;
    free(target);
    return OK;
}

static error_t begin(struct walk *walk, const char *path)
{
    size_t len = strlen(path);
    if (len > WALK_PATH_MAX)
        return ERR_TOO_LARGE;
    walk->dir = EXT2_ROOT_INO;
    walk->num_links = 0;
    memcpy(walk->buf, path, len + 1);
    walk->rest = walk->buf;
    return OK;
}

error_t walk_check_below(struct volume *volume, ext2_ino_t dir, ext2_ino_t ino)
{
    ext2_ino_t above;
    if (ino == EXT2_ROOT_INO || ino == dir)
        return ERR_UNAVAILABLE;
    error_t err = walk_lookup(volume, ino, "..", 2, &above);
    if (IS_OK(err))
        return above == dir ? OK : ERR_UNAVAILABLE;
    return err == ERR_NOT_FOUND ? ERR_UNAVAILABLE : err;
}

static bool is_parent(const struct walk *walk)
{
    return walk->len == 2 && walk->part[0] == '.' && walk->part[1] == '.';
}

// Enters the node of the current name, or follows it if it is a link.
static error_t step(struct volume *volume, struct walk *walk, bool follow)
{
    ext2_ino_t ino;
    struct ext2_inode_large inode;
    if (walk->len > EXT2_NAME_LEN)
        return ERR_TOO_LARGE;
    OK_OR_RETURN(walk_lookup(volume, walk->dir, walk->part, walk->len, &ino));
    OK_OR_RETURN(inode_read(volume, ino, &inode));
    if (LINUX_S_ISLNK(inode.i_mode) && (follow || !at_last(walk)))
        return follow_link(volume, walk, ino);
    if (LINUX_S_ISDIR(inode.i_mode) && !is_parent(walk))
        OK_OR_RETURN(walk_check_below(volume, walk->dir, ino));
    walk->dir = ino;
    return OK;
}

error_t walk_find(struct volume *volume, const char *path, bool follow, ext2_ino_t *ino)
{
    struct walk walk;
    OK_OR_RETURN(begin(&walk, path));
    while (next_part(&walk))
        OK_OR_RETURN(step(volume, &walk, follow));
    *ino = walk.dir;
    return OK;
}

error_t walk_parent(struct volume *volume, const char *path, ext2_ino_t *dir,
                    char name[EXT2_NAME_LEN + 1])
{
    struct walk walk;
    OK_OR_RETURN(begin(&walk, path));
    bool any = false;
    while (next_part(&walk)) {
        any = true;
        if (at_last(&walk))
            break;
        OK_OR_RETURN(step(volume, &walk, true));
    }
    if (!any)
        return ERR_IN_USE;
    if (walk.len > EXT2_NAME_LEN)
        return ERR_TOO_LARGE;
    if (is_parent(&walk))
        return ERR_INVALID_ARG;
    memcpy(name, walk.part, walk.len);
    name[walk.len] = '\0';
    *dir = walk.dir;
    return OK;
}
