// Finds the node of a path, through symbolic links, and the path of a node.
#include "index.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINKS_MAX 40 // as Linux

// Puts the target of a link in front of the rest of the path.
static error_t splice_target(char *rest, size_t size, const char *target, const char *tail)
{
    size_t target_len = strlen(target), tail_len = strlen(tail);
    if (target_len + 1 + tail_len >= size)
        return ERR_NOT_FOUND;
    memmove(&rest[target_len + 1], tail, tail_len + 1);
    memcpy(rest, target, target_len);
    rest[target_len] = tail_len > 0 ? '/' : '\0';
    return OK;
}

// "name/" and "name/." ask for a directory, as they do elsewhere.
static bool asks_for_directory(const char *path)
{
    size_t len = strlen(path);
    if (len > 0 && path[len - 1] == '.')
        len--;
    return len == 0 || path[len - 1] == '/';
}

error_t index_find(const struct index *index, const char *path, bool follow, uint32_t *node)
{
    char rest[2 * (PATH_LEN_MAX + 1)];
    size_t path_len = strlen(path);
    if (path_len > PATH_LEN_MAX)
        return ERR_TOO_LARGE;
    if (path_len == 0)
        return ERR_NOT_FOUND;
    memcpy(rest, path, path_len + 1);

    bool only_directory = asks_for_directory(path);
    const char *next = rest;
    uint32_t at = 0;
    int num_links = 0;
    struct path_part part;
    while (path_next(&next, &part)) {
        if (index_inode(index, at)->kind != INDEX_DIRECTORY)
            return ERR_NOT_FOUND;
        if (path_is_parent(&part)) {
            at = index->nodes[at].parent;
            continue;
        }
        uint32_t child = index_find_child(index, at, &part);
        if (child == 0)
            return ERR_NOT_FOUND;

        const struct inode *inode = index_inode(index, child);
        if (inode->kind != INDEX_SYMLINK || (!follow && *next == '\0')) {
            at = child;
            continue;
        }
        if (++num_links > LINKS_MAX || inode->target[0] == '\0')
            return ERR_NOT_FOUND;
        if (inode->target[0] == '/')
            at = 0;
        if (*next == '\0')
            only_directory |= asks_for_directory(inode->target);
        OK_OR_RETURN(splice_target(rest, sizeof(rest), inode->target, next));
        next = rest;
    }

    if (only_directory && index_inode(index, at)->kind != INDEX_DIRECTORY)
        return ERR_NOT_FOUND;
    *node = at;
    return OK;
}

// The chain of parents, written from the end of a buffer to its start.
void index_path(const struct index *index, const struct node *node, char *buf, size_t size)
{
    char path[2 * (PATH_LEN_MAX + 1)];
    char *start = &path[sizeof(path) - 1];
    *start = '\0';
    while (node != &index->nodes[0]) {
        size_t len = strlen(node->name);
        if (len + 1 > (size_t)(start - path))
            break;
        start -= len;
        memcpy(start, node->name, len);
        *--start = '/';
        node = &index->nodes[node->parent];
    }
    snprintf(buf, size, "%s", start);
}
