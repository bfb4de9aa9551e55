// The entries of a directory's block follow each other and fill the block. Free space is an entry
// without an inode, or the end of an entry that is longer than its name needs.
#include "dirblock.h"
#include <resea/printf.h>
#include <string.h>

#define HEADER_LEN 8u // length of an entry without its name

// The offset where the entries end. With checksums, the block ends with a checksum in the form of
// an entry.
static unsigned end_of(ext2_filsys fs)
{
    bool has_tail = ext2fs_has_feature_metadata_csum(fs->super);
    return fs->blocksize - (has_tail ? (unsigned)sizeof(struct ext2_dir_entry_tail) : 0);
}

static bool is_tail(const struct dirblock_walk *walk)
{
    return walk->at == end_of(walk->fs) && walk->entry->inode == 0;
}

void dirblock_begin(struct dirblock_walk *walk, ext2_filsys fs, void *block)
{
    *walk = (struct dirblock_walk){.fs = fs, .block = block};
}

bool dirblock_next(struct dirblock_walk *walk)
{
    unsigned len = 0;
    walk->at += walk->len;
    walk->previous = walk->entry;
    if (walk->is_damaged || walk->at == walk->fs->blocksize)
        return false;
    walk->is_damaged = walk->at + HEADER_LEN > walk->fs->blocksize;
    if (walk->is_damaged)
        return false;
    walk->entry = (struct ext2_dir_entry *)(walk->block + walk->at);
    if (is_tail(walk))
        return false;
    size_t name_len = (size_t)ext2fs_dirent_name_len(walk->entry);
    walk->is_damaged = ext2fs_get_rec_len(walk->fs, walk->entry, &len) != 0 || len % 4 != 0 ||
                       len < HEADER_LEN || len > walk->fs->blocksize - walk->at ||
                       name_len > len - HEADER_LEN;
    walk->len = len;
    return !walk->is_damaged;
}

bool dirblock_find(struct dirblock_walk *walk, const char *name, size_t len)
{
    while (dirblock_next(walk)) {
        if (walk->entry->inode != 0 && (size_t)ext2fs_dirent_name_len(walk->entry) == len &&
            memcmp(walk->entry->name, name, len) == 0)
            return true;
    }
    return false;
}

unsigned dirblock_entry_len(size_t name_len)
{
    return (HEADER_LEN + (unsigned)name_len + 3) & ~3u;
}

// The part of its length that an entry needs.
static unsigned used_of(const struct ext2_dir_entry *entry)
{
    return entry->inode != 0 ? dirblock_entry_len((size_t)ext2fs_dirent_name_len(entry)) : 0;
}

unsigned dirblock_room(ext2_filsys fs, void *block)
{
    struct dirblock_walk walk;
    unsigned room = 0;
    dirblock_begin(&walk, fs, block);
    while (dirblock_next(&walk)) {
        unsigned used = used_of(walk.entry);
        if (walk.len >= used)
            room = MAX(room, walk.len - used);
    }
    return walk.is_damaged ? 0 : room;
}

static void set_len(ext2_filsys fs, struct ext2_dir_entry *entry, unsigned len)
{
    ASSERT(ext2fs_set_rec_len(fs, len, entry) == 0);
}

static void fill_in(ext2_filsys fs, struct ext2_dir_entry *entry, ext2_ino_t ino, int type)
{
    entry->inode = ino;
    if (ext2fs_has_feature_filetype(fs->super))
        ext2fs_dirent_set_file_type(entry, type);
}

bool dirblock_insert(ext2_filsys fs, void *block, const char *name, size_t len, ext2_ino_t ino,
                     int type)
{
    struct dirblock_walk walk;
    unsigned need = dirblock_entry_len(len), used = 0;
    bool fits = false;
    dirblock_begin(&walk, fs, block);
    while (!fits && dirblock_next(&walk)) {
        used = used_of(walk.entry);
        fits = walk.len >= used && walk.len - used >= need;
    }
    if (!fits)
        return false;
    struct ext2_dir_entry *entry = (struct ext2_dir_entry *)(walk.block + walk.at + used);
    if (used > 0)
        set_len(fs, walk.entry, used);
    memset(entry, 0, HEADER_LEN);
    set_len(fs, entry, walk.len - used);
    ext2fs_dirent_set_name_len(entry, (int)len);
    fill_in(fs, entry, ino, type);
    memcpy(entry->name, name, len);
    return true;
}

void dirblock_remove(struct dirblock_walk *walk)
{
    unsigned len = 0;
    if (walk->previous && ext2fs_get_rec_len(walk->fs, walk->previous, &len) == 0)
        set_len(walk->fs, walk->previous, len + walk->len);
    else
        walk->entry->inode = 0;
}

void dirblock_set(struct dirblock_walk *walk, ext2_ino_t ino, int type)
{
    fill_in(walk->fs, walk->entry, ino, type);
}

// In the first block the index follows the entry "..", in other blocks it follows an unused entry.
// The entry before the index reaches to the end of the block, and must leave room for the checksum.
void dirblock_unindex(ext2_filsys fs, void *block, bool is_first)
{
    struct dirblock_walk walk;
    dirblock_begin(&walk, fs, block);
    if (!dirblock_next(&walk) || (is_first && !dirblock_next(&walk)))
        return;
    bool is_index = walk.at + walk.len == fs->blocksize && (is_first || walk.entry->inode == 0);
    if (!is_index || end_of(fs) == fs->blocksize)
        return;
    set_len(fs, walk.entry, walk.len - (fs->blocksize - end_of(fs)));
    ext2fs_initialize_dirent_tail(fs, EXT2_DIRENT_TAIL((char *)block, fs->blocksize));
}
