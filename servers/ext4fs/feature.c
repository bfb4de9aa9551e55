// The table of features. docs/file-systems.md repeats it; tests/ext4/features.sh makes an image for
// each row there.
#include "feature.h"
#include <ctype.h>
#include <resea/printf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum access { ACCESS_WRITE, ACCESS_READ, ACCESS_NONE };

// A file system with unknown features is written if they are compatible, only read if they are
// compatible with reading, and otherwise refused.
struct feature {
    uint32_t bit;
    enum access access;
    const char *name; // as in mke2fs(8) and debugfs(8)
};

static const struct feature incompatible[] = {
    {EXT2_FEATURE_INCOMPAT_COMPRESSION, ACCESS_NONE, "compression"},
    {EXT2_FEATURE_INCOMPAT_FILETYPE, ACCESS_WRITE, "filetype"},
    {EXT3_FEATURE_INCOMPAT_RECOVER, ACCESS_WRITE, "needs_recovery"},
    {EXT3_FEATURE_INCOMPAT_JOURNAL_DEV, ACCESS_NONE, "journal_dev"},
    {EXT2_FEATURE_INCOMPAT_META_BG, ACCESS_WRITE, "meta_bg"},
    {EXT3_FEATURE_INCOMPAT_EXTENTS, ACCESS_WRITE, "extent"},
    {EXT4_FEATURE_INCOMPAT_64BIT, ACCESS_WRITE, "64bit"},
    {EXT4_FEATURE_INCOMPAT_MMP, ACCESS_READ, "mmp"},
    {EXT4_FEATURE_INCOMPAT_FLEX_BG, ACCESS_WRITE, "flex_bg"},
    {EXT4_FEATURE_INCOMPAT_EA_INODE, ACCESS_READ, "ea_inode"},
    {EXT4_FEATURE_INCOMPAT_DIRDATA, ACCESS_NONE, "dirdata"},
    {EXT4_FEATURE_INCOMPAT_CSUM_SEED, ACCESS_WRITE, "metadata_csum_seed"},
    {EXT4_FEATURE_INCOMPAT_LARGEDIR, ACCESS_WRITE, "large_dir"},
    {EXT4_FEATURE_INCOMPAT_INLINE_DATA, ACCESS_WRITE, "inline_data"},
    {EXT4_FEATURE_INCOMPAT_ENCRYPT, ACCESS_WRITE, "encrypt"},
    {EXT4_FEATURE_INCOMPAT_CASEFOLD, ACCESS_READ, "casefold"},
};

static const struct feature to_read[] = {
    {EXT2_FEATURE_RO_COMPAT_SPARSE_SUPER, ACCESS_WRITE, "sparse_super"},
    {EXT2_FEATURE_RO_COMPAT_LARGE_FILE, ACCESS_WRITE, "large_file"},
    {EXT4_FEATURE_RO_COMPAT_HUGE_FILE, ACCESS_WRITE, "huge_file"},
    {EXT4_FEATURE_RO_COMPAT_GDT_CSUM, ACCESS_WRITE, "uninit_bg"},
    {EXT4_FEATURE_RO_COMPAT_DIR_NLINK, ACCESS_WRITE, "dir_nlink"},
    {EXT4_FEATURE_RO_COMPAT_EXTRA_ISIZE, ACCESS_WRITE, "extra_isize"},
    {EXT4_FEATURE_RO_COMPAT_METADATA_CSUM, ACCESS_WRITE, "metadata_csum"},
    {EXT4_FEATURE_RO_COMPAT_HAS_SNAPSHOT, ACCESS_READ, "has_snapshot"},
    {EXT4_FEATURE_RO_COMPAT_QUOTA, ACCESS_READ, "quota"},
    {EXT4_FEATURE_RO_COMPAT_BIGALLOC, ACCESS_READ, "bigalloc"},
    {EXT4_FEATURE_RO_COMPAT_REPLICA, ACCESS_READ, "replica"},
    {EXT4_FEATURE_RO_COMPAT_READONLY, ACCESS_READ, "read-only"},
    {EXT4_FEATURE_RO_COMPAT_PROJECT, ACCESS_READ, "project"},
    {EXT4_FEATURE_RO_COMPAT_SHARED_BLOCKS, ACCESS_READ, "shared_blocks"},
    {EXT4_FEATURE_RO_COMPAT_VERITY, ACCESS_READ, "verity"},
    {EXT4_FEATURE_RO_COMPAT_ORPHAN_PRESENT, ACCESS_READ, "orphan_present"},
};
#define NUM(table) (sizeof(table) / sizeof((table)[0]))

// Writes the names of the features in `bits` that have a given access. False: there are none.
static bool name_those(const struct feature *table, size_t num, uint32_t bits, enum access access,
                       enum access unknown, char *names, size_t size)
{
    size_t len = 0;
    for (size_t i = 0; i < num; i++) {
        bool is_one = (bits & table[i].bit) && table[i].access == access;
        bits &= ~table[i].bit;
        if (is_one && len < size)
            len +=
                (size_t)snprintf(names + len, size - len, "%s%s", len ? ", " : "", table[i].name);
    }
    if (bits && unknown == access && len < size)
        len += (size_t)snprintf(names + len, size - len, "%sunknown 0x%x", len ? ", " : "", bits);
    return len > 0;
}

error_t feature_check(const struct ext2_super_block *super, bool *only_read,
                      char error[VOLUME_ERROR_LEN])
{
    char names[VOLUME_ERROR_LEN - 40];
    *only_read = false;
    if (name_those(incompatible, NUM(incompatible), super->s_feature_incompat, ACCESS_NONE,
                   ACCESS_NONE, names, sizeof(names))) {
        snprintf(error, VOLUME_ERROR_LEN, "it has features that cannot be read: %s", names);
        return ERR_NOT_ACCEPTABLE;
    }
    if (name_those(incompatible, NUM(incompatible), super->s_feature_incompat, ACCESS_READ,
                   ACCESS_NONE, names, sizeof(names)))
        *only_read = true;
    if (*only_read)
        WARN("the file system is read-only here: %s", names);
    if (!name_those(to_read, NUM(to_read), super->s_feature_ro_compat, ACCESS_READ, ACCESS_READ,
                    names, sizeof(names)))
        return OK;
    *only_read = true;
    WARN("the file system is read-only here: %s", names);
    return OK;
}

// --- Mounts of other hosts
// -------------------------------------------------------------------------

// Copies the name of a host from the device. Unprintable characters become '?'.
static void copy_name(char *to, size_t size, const unsigned char *name, size_t len)
{
    size_t i;
    for (i = 0; i < len && i < size - 1 && name[i]; i++)
        to[i] = isprint(name[i]) ? (char)name[i] : '?';
    to[i] = '\0';
}

static error_t judge_mmp(const struct mmp_struct *mmp, char error[VOLUME_ERROR_LEN])
{
    char node[65];
    if (mmp->mmp_magic != EXT4_MMP_MAGIC) {
        snprintf(error, VOLUME_ERROR_LEN, "its block of multiple mount protection is damaged");
        return ERR_NOT_ACCEPTABLE;
    }
    if (mmp->mmp_seq == EXT4_MMP_SEQ_CLEAN)
        return OK;
    copy_name(node, sizeof(node), mmp->mmp_nodename, sizeof(mmp->mmp_nodename));
    snprintf(error, VOLUME_ERROR_LEN, "%s on %s uses it, or was ended (tune2fs -E clear_mmp)",
             mmp->mmp_seq == EXT4_MMP_SEQ_FSCK ? "e2fsck" : "a mount", node);
    return ERR_IN_USE;
}

error_t feature_check_mmp(const struct volume *volume, char error[VOLUME_ERROR_LEN])
{
    struct ext2_super_block *super = volume->fs->super;
    if (!ext2fs_has_feature_mmp(super) || super->s_mmp_block == 0)
        return OK;
    snprintf(error, VOLUME_ERROR_LEN, "its block of multiple mount protection cannot be read");
    if (super->s_mmp_block >= ext2fs_blocks_count(volume->fs->super))
        return ERR_NOT_ACCEPTABLE;
    void *block = malloc(volume->fs->blocksize);
    error_t err = block ? cache_read(volume->cache, super->s_mmp_block, 1, block) : ERR_NO_MEMORY;
    if (IS_OK(err))
        err = judge_mmp(block, error);
    free(block);
    return err;
}
