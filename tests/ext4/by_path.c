// Paths to names in directories.
#include "by_path.h"
#include "walk.h"

error_t path_make(struct volume *volume, const char *path, uint32_t mode, const char *target)
{
    struct where where;
    struct making making = {.mode = mode, .target = target};
    ext2_ino_t ino;
    OK_OR_RETURN(where_of_path(volume, path, &where));
    return tree_make(volume, &where, &making, &ino);
}

error_t path_link(struct volume *volume, const char *from, const char *to)
{
    struct where where;
    ext2_ino_t ino;
    OK_OR_RETURN(walk_find(volume, from, false, &ino));
    OK_OR_RETURN(where_of_path(volume, to, &where));
    return tree_link(volume, ino, &where);
}

error_t path_remove(struct volume *volume, const char *path)
{
    struct where where;
    OK_OR_RETURN(where_of_path(volume, path, &where));
    return tree_remove(volume, &where);
}

error_t path_rmdir(struct volume *volume, const char *path)
{
    struct where where;
    OK_OR_RETURN(where_of_path(volume, path, &where));
    return tree_rmdir(volume, &where);
}

error_t path_rename(struct volume *volume, const char *from, const char *to)
{
    struct where source, where;
    OK_OR_RETURN(where_of_path(volume, from, &source));
    OK_OR_RETURN(where_of_path(volume, to, &where));
    return tree_rename(volume, &source, &where);
}

error_t path_exchange(struct volume *volume, const char *from, const char *to)
{
    struct where source, where;
    OK_OR_RETURN(where_of_path(volume, from, &source));
    OK_OR_RETURN(where_of_path(volume, to, &where));
    return tree_exchange(volume, &source, &where);
}
