// Directory listings in the directory's own order. An entry keeps its place, so a listing continues
// correctly even if entries are added or removed meanwhile.
#include <stdlib.h>
#include <string.h>
#include "dirblock.h"
#include "dirfile.h"
#include "inode.h"
#include "io.h"
#include "listing.h"

#define RECORD_LEN 20 // without the name

struct pack {
    struct volume *volume;
    uint64_t after; // entries before it are left out
    uint64_t at;    // entries seen so far, in a directory that is stored within its inode
    uint8_t *bytes;
    size_t len;
    size_t max_len;
    bool is_full;
};

static uint8_t *put_le(uint8_t *p, uint64_t value, int num_bytes)
{
    for (int i = 0; i < num_bytes; i++)
        *p++ = (uint8_t)(value >> (8 * i));
    return p;
}

static uint32_t mode_of_type(int type)
{
    static const uint16_t modes[] = {
        [EXT2_FT_REG_FILE] = LINUX_S_IFREG, [EXT2_FT_DIR] = LINUX_S_IFDIR,
        [EXT2_FT_CHRDEV] = LINUX_S_IFCHR,   [EXT2_FT_BLKDEV] = LINUX_S_IFBLK,
        [EXT2_FT_FIFO] = LINUX_S_IFIFO,     [EXT2_FT_SOCK] = LINUX_S_IFSOCK,
        [EXT2_FT_SYMLINK] = LINUX_S_IFLNK,
    };
    return type >= 0 && (size_t)type < sizeof(modes) / sizeof(modes[0]) ? modes[type] : 0;
}

// If the entry has no type, the inode's mode has it.
static uint32_t mode_of(const struct pack *pack, const struct ext2_dir_entry *entry)
{
    struct ext2_inode_large inode;
    uint32_t mode = 0;
    if (ext2fs_has_feature_filetype(pack->volume->fs->super))
        mode = mode_of_type(ext2fs_dirent_file_type(entry));
    if (mode != 0)
        return mode;
    return IS_OK(inode_read(pack->volume, entry->inode, &inode)) ? inode.i_mode & LINUX_S_IFMT : 0;
}

// `after` is the place of the next entry. Leaves out names that no path can have.
static void add(struct pack *pack, const struct ext2_dir_entry *entry, uint64_t after)
{
    size_t len = (size_t)ext2fs_dirent_name_len(entry);
    if (!inode_is_valid(pack->volume, entry->inode) || len == 0 || memchr(entry->name, '/', len) ||
        memchr(entry->name, '\0', len))
        return;
    if (pack->is_full || pack->len + RECORD_LEN + len + 1 > pack->max_len) {
        pack->is_full = true;
        return;
    }
    uint8_t *p = pack->bytes + pack->len;
    p = put_le(p, entry->inode, 8);
    p = put_le(p, after, 8);
    p = put_le(p, mode_of(pack, entry), 4);
    memcpy(p, entry->name, len);
    p[len] = '\0';
    pack->len += RECORD_LEN + len + 1;
}

static int add_inline(ext2_ino_t dir, int kind, struct ext2_dir_entry *entry, int offset,
                      int block_size, char *buf, void *arg)
{
    (void)dir, (void)kind, (void)offset, (void)block_size, (void)buf;
    struct pack *pack = arg;
    if (pack->at++ >= pack->after)
        add(pack, entry, pack->at);
    return pack->is_full ? DIRENT_ABORT : 0;
}

static error_t add_block(struct pack *pack, struct dir *dir, uint32_t number)
{
    struct dirblock_walk walk;
    ext2_filsys fs = dir->volume->fs;
    uint64_t begin = (uint64_t)number * fs->blocksize;
    OK_OR_RETURN(dir_read(dir, number));
    if (dir->at == 0)
        return OK;
    dirblock_begin(&walk, fs, dir->block);
    while (!pack->is_full && dirblock_next(&walk)) {
        if (begin + walk.at >= pack->after && walk.entry->inode != 0)
            add(pack, walk.entry, begin + walk.at + walk.len);
    }
    return walk.is_damaged ? ERR_UNAVAILABLE : OK;
}

static error_t add_all(struct pack *pack, struct dir *dir)
{
    if (dir_is_inline(dir))
        return error_of(ext2fs_dir_iterate2(pack->volume->fs, dir->ino, 0, NULL, add_inline, pack));
    uint64_t first = pack->after / pack->volume->fs->blocksize;
    for (uint64_t i = first; !pack->is_full && i < dir->num_blocks; i++)
        OK_OR_RETURN(add_block(pack, dir, (uint32_t)i));
    return OK;
}

error_t listing_pack_nodes(struct volume *volume, ext2_ino_t ino, uint64_t after, size_t max_len,
                           void **entries, size_t *len)
{
    struct dir dir;
    struct pack pack = {.volume = volume, .after = after, .max_len = max_len};
    error_t err = dir_open(&dir, volume, ino);
    if (IS_OK(err)) {
        pack.bytes = malloc(max_len + 1);
        err = pack.bytes ? add_all(&pack, &dir) : ERR_NO_MEMORY;
    }
    dir_close(&dir);
    if (IS_OK(err) && pack.is_full && pack.len == 0)
        err = ERR_TOO_SMALL;
    // The listing has the entries before the damage.
    if (IS_ERROR(err) && pack.len == 0) {
        free(pack.bytes);
        return err;
    }
    *entries = pack.bytes;
    *len = pack.len;
    return OK;
}
