// Reads a tree and checks it, in the way of clients where there is one.
#include "volume_check.h"
#include <stdlib.h>
#include <string.h>
#include "file.h"
#include "inode.h"
#include "listing.h"
#include "walk.h"

#define NAMES_MAX   200
#define DEPTH_MAX   8
#define READ_LEN    20000u
#define RECORD_LEN  21 // of fs.list, without the name
#define LISTING_LEN 512

// --- The tree -----------------------------------------------------------------------------------

static void add_hash(struct tree_view *view, const void *bytes, size_t len)
{
    const uint8_t *in = bytes;
    for (size_t i = 0; i < len; i++)
        view->hash = (view->hash ^ in[i]) * 0x100000001b3u;
}

static void read_part(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode,
                      uint64_t offset, struct tree_view *view)
{
    uint64_t size = inode_size(volume, inode);
    size_t len = (size_t)MIN(size - offset, (uint64_t)READ_LEN);
    uint8_t *data = malloc(len + 1);
    if (!data)
        abort();
    if (IS_OK(file_read(volume, ino, inode, offset, data, len)))
        add_hash(view, data, len);
    else
        view->num_errors++;
    free(data);
}

static void read_content(struct volume *volume, ext2_ino_t ino, struct tree_view *view)
{
    struct ext2_inode_large inode;
    char *target;
    if (IS_ERROR(inode_read(volume, ino, &inode))) {
        view->num_errors++;
    } else if (LINUX_S_ISLNK(inode.i_mode)) {
        if (IS_OK(walk_readlink(volume, ino, &target))) {
            add_hash(view, target, strlen(target));
            free(target);
        } else {
            view->num_errors++;
        }
    } else if (LINUX_S_ISREG(inode.i_mode)) {
        uint64_t size = inode_size(volume, &inode);
        read_part(volume, ino, &inode, 0, view);
        if (size > READ_LEN)
            read_part(volume, ino, &inode, size - READ_LEN / 3, view);
    }
}

static void read_dir(struct volume *volume, ext2_ino_t dir, unsigned depth, struct tree_view *view);

static void read_name(struct volume *volume, ext2_ino_t dir, const uint8_t *record, unsigned depth,
                      struct tree_view *view)
{
    const char *name = (const char *)record + RECORD_LEN;
    ext2_ino_t ino;
    struct ext2_inode_large inode;
    view->num_names++;
    if (IS_ERROR(walk_lookup(volume, dir, name, strlen(name), &ino))) {
        view->num_errors++;
        return;
    }
    read_content(volume, ino, view);
    if (depth < DEPTH_MAX && IS_OK(inode_read(volume, ino, &inode)) && LINUX_S_ISDIR(inode.i_mode))
        read_dir(volume, ino, depth + 1, view);
}

static void read_dir(struct volume *volume, ext2_ino_t dir, unsigned depth, struct tree_view *view)
{
    void *entries = NULL;
    size_t len = 0;
    unsigned first = 0;
    do {
        if (IS_ERROR(listing_pack(volume, dir, first, LISTING_LEN, &entries, &len, &first))) {
            view->num_errors++;
            return;
        }
        add_hash(view, entries, len);
        for (size_t at = 0; at < len && view->num_names < NAMES_MAX;) {
            const uint8_t *record = (const uint8_t *)entries + at;
            read_name(volume, dir, record, depth, view);
            at += RECORD_LEN + strlen((const char *)record + RECORD_LEN) + 1;
        }
        free(entries);
    } while (first != 0 && view->num_names < NAMES_MAX);
}

struct tree_view check_read_tree(struct volume *volume)
{
    struct tree_view view = {.hash = 0xcbf29ce484222325u};
    read_dir(volume, EXT2_ROOT_INO, 0, &view);
    return view;
}

// --- Whether it makes sense ---------------------------------------------------------------------

struct census {
    struct volume *volume;
    ext2fs_block_bitmap owned;
    uint16_t *links; // names of each inode
    bool sound;
};

static int own_block(ext2_filsys fs, blk64_t *block, e2_blkcnt_t count, blk64_t ref, int offset,
                     void *arg)
{
    (void)count, (void)ref, (void)offset;
    struct census *census = arg;
    if (!ext2fs_test_block_bitmap2(fs->block_map, *block) ||
        ext2fs_test_block_bitmap2(census->owned, *block))
        census->sound = false;
    ext2fs_mark_block_bitmap2(census->owned, *block);
    return 0;
}

static int count_name(ext2_ino_t dir, int entry, struct ext2_dir_entry *dirent, int offset,
                      int block_size, char *buf, void *arg)
{
    (void)dir, (void)entry, (void)offset, (void)block_size, (void)buf;
    struct census *census = arg;
    if (dirent->inode > census->volume->fs->super->s_inodes_count)
        census->sound = false;
    else
        census->links[dirent->inode]++;
    return 0;
}

static void count_inode(struct census *census, ext2_ino_t ino)
{
    ext2_filsys fs = census->volume->fs;
    struct ext2_inode inode;
    if (!ext2fs_test_inode_bitmap2(fs->inode_map, ino))
        return;
    if (ext2fs_read_inode(fs, ino, &inode) != 0) {
        census->sound = false;
        return;
    }
    if (ext2fs_inode_has_valid_blocks2(fs, &inode) &&
        ext2fs_block_iterate3(fs, ino, BLOCK_FLAG_READ_ONLY, NULL, own_block, census) != 0)
        census->sound = false;
    blk64_t attributes = ext2fs_file_acl_block(fs, &inode);
    if (attributes != 0)
        own_block(fs, &attributes, 0, 0, 0, census);
    if (LINUX_S_ISDIR(inode.i_mode) && ext2fs_dir_iterate2(fs, ino, 0, NULL, count_name, census))
        census->sound = false;
}

static void compare_links(struct census *census, ext2_ino_t ino)
{
    ext2_filsys fs = census->volume->fs;
    struct ext2_inode inode;
    bool in_use = ext2fs_test_inode_bitmap2(fs->inode_map, ino);
    if (!in_use)
        census->sound &= census->links[ino] == 0;
    else if (ext2fs_read_inode(fs, ino, &inode) != 0 || inode.i_links_count != census->links[ino])
        census->sound = false;
}

static unsigned count_set(ext2_filsys fs, ext2fs_block_bitmap map)
{
    unsigned count = 0;
    for (blk64_t at = fs->super->s_first_data_block; at < ext2fs_blocks_count(fs->super); at++)
        count += ext2fs_test_block_bitmap2(map, at) != 0;
    return count;
}

bool check_is_sound(struct volume *volume)
{
    ext2_filsys fs = volume->fs;
    ext2_ino_t num = fs->super->s_inodes_count, first = EXT2_FIRST_INODE(fs->super);
    struct census census = {.volume = volume, .sound = true};
    census.links = calloc(num + 1, sizeof(*census.links));
    if (!census.links || ext2fs_allocate_block_bitmap(fs, "owned blocks", &census.owned) != 0)
        abort();
    // What the file system's own tables take.
    for (dgrp_t group = 0; group < fs->group_desc_count; group++)
        ext2fs_reserve_super_and_bgd(fs, group, census.owned);
    ext2fs_mark_block_bitmap2(census.owned, ext2fs_block_bitmap_loc(fs, 0));
    ext2fs_mark_block_bitmap2(census.owned, ext2fs_inode_bitmap_loc(fs, 0));
    ext2fs_mark_block_bitmap_range2(census.owned, ext2fs_inode_table_loc(fs, 0),
                                    fs->inode_blocks_per_group);
    for (ext2_ino_t ino = 1; ino <= num; ino++)
        count_inode(&census, ino);
    for (ext2_ino_t ino = first; ino <= num; ino++)
        compare_links(&census, ino);
    unsigned owned = count_set(fs, census.owned), in_use = count_set(fs, fs->block_map);
    if (owned != in_use ||
        in_use + ext2fs_free_blocks_count(fs->super) + fs->super->s_first_data_block !=
            ext2fs_blocks_count(fs->super))
        census.sound = false;
    ext2fs_free_block_bitmap(census.owned);
    free(census.links);
    return census.sound;
}
