// One directory is enough: most programs fill one directory after the other.
#include "changed.h"
#include <string.h>

static fs_attrs_t known;
static uint64_t known_until_ns; // 0: nothing is known

void changed_note(const uint64_t *attr, uint64_t until_ns)
{
    memcpy(known, attr, sizeof(known));
    known_until_ns = until_ns;
}

void changed_update(uint64_t dir, const uint64_t *dir_attr)
{
    if (known[FS_ATTRIBUTE_NODE] != dir || dir_attr[FS_DIR_ATTRIBUTE_LINKS] == 0) {
        changed_forget();
        return;
    }
    known[FS_ATTRIBUTE_SIZE] = dir_attr[FS_DIR_ATTRIBUTE_SIZE];
    known[FS_ATTRIBUTE_BLOCKS] = dir_attr[FS_DIR_ATTRIBUTE_BLOCKS];
    known[FS_ATTRIBUTE_LINKS] = dir_attr[FS_DIR_ATTRIBUTE_LINKS];
    known[FS_ATTRIBUTE_MTIME] = dir_attr[FS_DIR_ATTRIBUTE_MTIME];
    known[FS_ATTRIBUTE_CTIME] = dir_attr[FS_DIR_ATTRIBUTE_MTIME];
    known[FS_ATTRIBUTE_MTIME_NS] = dir_attr[FS_DIR_ATTRIBUTE_MTIME_NS];
    known[FS_ATTRIBUTE_CTIME_NS] = dir_attr[FS_DIR_ATTRIBUTE_MTIME_NS];
}

void changed_forget(void)
{
    known_until_ns = 0;
}

void changed_forget_node(uint64_t node)
{
    if (known[FS_ATTRIBUTE_NODE] == node)
        changed_forget();
}

const uint64_t *changed_find(uint64_t dir, uint64_t now_ns, uint64_t *until_ns)
{
    if (known[FS_ATTRIBUTE_NODE] != dir || now_ns >= known_until_ns)
        return NULL;
    *until_ns = known_until_ns;
    return known;
}
