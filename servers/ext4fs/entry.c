// Entries of directories. libext2fs knows no index: a directory that gets an entry loses the index
// that it may have had, which it tells by a flag.
#include <string.h>
#include "inode.h"
#include "io.h"
#include "tree.h"

static int type_of(uint16_t mode)
{
    if (LINUX_S_ISREG(mode))
        return EXT2_FT_REG_FILE;
    if (LINUX_S_ISDIR(mode))
        return EXT2_FT_DIR;
    if (LINUX_S_ISLNK(mode))
        return EXT2_FT_SYMLINK;
    if (LINUX_S_ISCHR(mode))
        return EXT2_FT_CHRDEV;
    if (LINUX_S_ISBLK(mode))
        return EXT2_FT_BLKDEV;
    if (LINUX_S_ISFIFO(mode))
        return EXT2_FT_FIFO;
    return LINUX_S_ISSOCK(mode) ? EXT2_FT_SOCK : EXT2_FT_UNKNOWN;
}

error_t entry_add(struct volume *volume, ext2_ino_t dir, const char *name, ext2_ino_t ino,
                  uint16_t mode)
{
    errcode_t code = ext2fs_link(volume->fs, dir, name, ino, type_of(mode));
    if (code == EXT2_ET_DIR_NO_SPACE) {
        OK_OR_RETURN(error_of(ext2fs_expand_dir(volume->fs, dir)));
        code = ext2fs_link(volume->fs, dir, name, ino, type_of(mode));
    }
    return error_of(code);
}

error_t entry_remove(struct volume *volume, ext2_ino_t dir, const char *name, ext2_ino_t ino)
{
    return error_of(ext2fs_unlink(volume->fs, dir, name, ino, 0));
}

struct change {
    const char *name;
    ext2_ino_t ino;
    int type; // -1: the file system does not keep it
    bool done;
};

static int change_entry(ext2_ino_t dir, int entry, struct ext2_dir_entry *dirent, int offset,
                        int block_size, char *buf, void *arg)
{
    (void)dir, (void)entry, (void)offset, (void)block_size, (void)buf;
    struct change *change = arg;
    size_t len = strlen(change->name);
    if ((size_t)ext2fs_dirent_name_len(dirent) != len ||
        memcmp(dirent->name, change->name, len) != 0)
        return 0;
    dirent->inode = change->ino;
    if (change->type >= 0)
        ext2fs_dirent_set_file_type(dirent, change->type);
    change->done = true;
    return DIRENT_ABORT | DIRENT_CHANGED;
}

error_t entry_set(struct volume *volume, ext2_ino_t dir, const char *name, ext2_ino_t ino,
                  uint16_t mode)
{
    struct change change = {.name = name, .ino = ino, .type = -1};
    if (ext2fs_has_feature_filetype(volume->fs->super))
        change.type = type_of(mode);
    errcode_t code = ext2fs_dir_iterate2(volume->fs, dir, 0, NULL, change_entry, &change);
    OK_OR_RETURN(error_of(code));
    return change.done ? OK : ERR_NOT_FOUND;
}

static int see_entry(ext2_ino_t dir, int entry, struct ext2_dir_entry *dirent, int offset,
                     int block_size, char *buf, void *arg)
{
    (void)dir, (void)entry, (void)offset, (void)block_size, (void)buf;
    int len = ext2fs_dirent_name_len(dirent);
    bool is_dots = dirent->name[0] == '.' && (len == 1 || (len == 2 && dirent->name[1] == '.'));
    if (is_dots)
        return 0;
    *(bool *)arg = true;
    return DIRENT_ABORT;
}

error_t entry_none(struct volume *volume, ext2_ino_t dir)
{
    bool any = false;
    OK_OR_RETURN(error_of(ext2fs_dir_iterate2(volume->fs, dir, 0, NULL, see_entry, &any)));
    return any ? ERR_NOT_EMPTY : OK;
}

error_t entry_changed(struct volume *volume, ext2_ino_t dir, int links)
{
    struct ext2_inode_large inode;
    OK_OR_RETURN(inode_read(volume, dir, &inode));
    int num = inode.i_links_count + links;
    // 1 says that there are too many to count.
    if (links != 0 && inode.i_links_count != 1)
        inode.i_links_count = (uint16_t)(num < 2 ? 2 : num >= EXT2_LINK_MAX ? 1 : num);
    inode_touch(volume, &inode, TIME_MODIFY | TIME_CHANGE);
    return inode_write(volume, dir, &inode);
}
