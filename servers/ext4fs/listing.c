// Directory listings in name order: reads and sorts all names, then reads the inodes of those that
// are listed.
#include "listing.h"
#include <stdlib.h>
#include <string.h>
#include "inode.h"
#include "io.h"

#define RECORD_LEN  21       // length of a record without its name
#define MAX_ENTRIES 4000000u // a damaged directory may pretend to have more

struct entry {
    ext2_ino_t ino;
    char *name;
};

struct names {
    struct volume *volume;
    struct entry *entries;
    size_t num;
    size_t room;
    error_t err;
};

// Leaves out "." and "..", names that no path can have, and invalid inodes.
static bool is_wanted(const struct names *names, const struct ext2_dir_entry *dirent, size_t len)
{
    const char *name = dirent->name;
    if (!inode_is_valid(names->volume, dirent->inode) || len == 0 || memchr(name, '/', len) ||
        memchr(name, '\0', len))
        return false;
    return name[0] != '.' || len > 2 || (len == 2 && name[1] != '.');
}

static int add_name(ext2_ino_t dir, int kind, struct ext2_dir_entry *dirent, int offset,
                    int block_size, char *buf, void *arg)
{
    (void)dir, (void)kind, (void)offset, (void)block_size, (void)buf;
    struct names *names = arg;
    size_t len = (size_t)ext2fs_dirent_name_len(dirent);
    if (!is_wanted(names, dirent, len))
        return 0;
    if (names->num == names->room) {
        size_t room = names->room ? 2 * names->room : 64;
        struct entry *entries = reallocarray(names->entries, room, sizeof(*entries));
        if (!entries || room > 2 * MAX_ENTRIES) {
            names->entries = entries ? entries : names->entries;
            names->err = ERR_NO_MEMORY;
            return DIRENT_ABORT;
        }
        names->entries = entries;
        names->room = room;
    }
    char *name = strndup(dirent->name, len);
    if (!name) {
        names->err = ERR_NO_MEMORY;
        return DIRENT_ABORT;
    }
    names->entries[names->num++] = (struct entry){dirent->inode, name};
    return 0;
}

static void free_names(struct names *names)
{
    for (size_t i = 0; i < names->num; i++)
        free(names->entries[i].name);
    free(names->entries);
}

static int compare_names(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static error_t read_names(struct names *names, ext2_ino_t dir)
{
    errcode_t code = ext2fs_dir_iterate2(names->volume->fs, dir, 0, NULL, add_name, names);
    OK_OR_RETURN(error_of(code));
    OK_OR_RETURN(names->err);
    if (names->num > 0)
        qsort(names->entries, names->num, sizeof(*names->entries), compare_names);
    return OK;
}

static uint8_t *put_le(uint8_t *p, uint64_t value, int num_bytes)
{
    for (int i = 0; i < num_bytes; i++)
        *p++ = (uint8_t)(value >> (8 * i));
    return p;
}

// An entry whose inode cannot be read has only its name.
static uint8_t *put_record(uint8_t *p, struct volume *volume, const struct entry *entry)
{
    struct ext2_inode_large inode;
    struct attributes attr = {0};
    if (IS_OK(inode_read(volume, entry->ino, &inode)))
        inode_attributes(volume, entry->ino, &inode, &attr);
    p = put_le(p, attr.size, 8);
    p = put_le(p, (uint64_t)attr.mtime, 8);
    p = put_le(p, attr.mode, 4);
    p = put_le(p, attr.kind, 1);
    strcpy((char *)p, entry->name);
    return p + strlen(entry->name) + 1;
}

error_t listing_pack(struct volume *volume, ext2_ino_t dir, unsigned first, size_t max_len,
                     void **entries, size_t *len, unsigned *next)
{
    struct names names = {.volume = volume};
    error_t err = read_names(&names, dir);
    size_t total = 0, end = first;
    while (IS_OK(err) && end < names.num) {
        size_t one = RECORD_LEN + strlen(names.entries[end].name) + 1;
        if (end > first && total + one > max_len)
            break;
        total += one;
        end++;
    }
    uint8_t *packed = IS_OK(err) ? malloc(total + 1) : NULL;
    if (IS_OK(err) && !packed)
        err = ERR_NO_MEMORY;
    if (IS_OK(err)) {
        uint8_t *p = packed;
        for (size_t i = first; i < end; i++)
            p = put_record(p, volume, &names.entries[i]);
        *entries = packed;
        *len = total;
        *next = end < names.num ? (unsigned)end : 0;
    }
    free_names(&names);
    return err;
}
