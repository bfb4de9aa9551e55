// Splits and tidies paths of archives and clients.
#include "path.h"
#include <string.h>

bool path_next(const char **path, struct path_part *part)
{
    const char *p = *path;
    while (true) {
        p += strspn(p, "/");
        size_t len = strcspn(p, "/");
        if (len == 1 && *p == '.') {
            p++;
            continue;
        }
        part->name = p;
        part->len = len;
        *path = p + len;
        return len > 0;
    }
}

bool path_is_parent(const struct path_part *part)
{
    return part->len == 2 && part->name[0] == '.' && part->name[1] == '.';
}

error_t path_tidy(const char *name, char *buf, size_t size)
{
    size_t len = 0;
    struct path_part part;
    while (path_next(&name, &part)) {
        if (path_is_parent(&part)) {
            while (len > 0 && buf[--len] != '/')
                ;
            continue;
        }

        size_t new_len = len + (len > 0 ? 1 : 0) + part.len;
        if (part.len > NAME_LEN_MAX || new_len > PATH_LEN_MAX || new_len >= size)
            return ERR_TOO_LARGE;
        if (len > 0)
            buf[len++] = '/';
        memcpy(&buf[len], part.name, part.len);
        len = new_len;
    }

    if (size == 0)
        return ERR_TOO_LARGE;
    buf[len] = '\0';
    return OK;
}
