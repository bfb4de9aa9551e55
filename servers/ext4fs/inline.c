// Files within their inode. libext2fs's ext2fs_file_write() writes beyond its buffer for them, and
// ext2fs_file_set_size2() fails after it has changed the size, so neither is used.
#include "inline.h"
#include <stdlib.h>
#include <string.h>
#include "file.h"
#include "inode.h"
#include "io.h"

// Reads all bytes that the inode has room for. The caller frees them.
static error_t get_all(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode,
                       uint8_t **all, size_t *room)
{
    OK_OR_RETURN(error_of(ext2fs_inline_data_size(volume->fs, ino, room)));
    *all = calloc(1, *room + 1);
    if (!*all)
        return ERR_NO_MEMORY;
    error_t err = error_of(ext2fs_inline_data_get(volume->fs, ino, inode_short(inode), *all, room));
    if (IS_ERROR(err))
        free(*all);
    return err;
}

static error_t set_all(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode,
                       uint8_t *all, size_t room)
{
    OK_OR_RETURN(error_of(ext2fs_inline_data_set(volume->fs, ino, inode_short(inode), all, room)));
    return inode_read(volume, ino, inode);
}

error_t inline_read(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode,
                    uint64_t offset, void *data, size_t len)
{
    uint8_t *all;
    size_t room;
    OK_OR_RETURN(get_all(volume, ino, inode, &all, &room));
    memset(data, 0, len);
    if (offset < room)
        memcpy(data, &all[offset], MIN(len, (size_t)(room - offset)));
    free(all);
    return OK;
}

// A size of one byte more than fits makes libext2fs move the content into blocks.
static error_t move_to_blocks(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode,
                              size_t room)
{
    ext2_filsys fs = volume->fs;
    uint64_t size = inode_size(volume, inode);
    ext2_file_t file;
    unsigned num;
    OK_OR_RETURN(error_of(ext2fs_file_open2(fs, ino, NULL, EXT2_FILE_WRITE, &file)));
    errcode_t code = ext2fs_file_llseek(file, room, EXT2_SEEK_SET, NULL);
    if (code == 0)
        code = ext2fs_file_write(file, "", 1, &num);
    errcode_t close_code = ext2fs_file_close(file);
    OK_OR_RETURN(error_of(code ? code : close_code));
    OK_OR_RETURN(inode_read(volume, ino, inode));
    if (size == 0)
        OK_OR_RETURN(file_punch(volume, ino, inode, 0, FILE_END));
    OK_OR_RETURN(error_of(ext2fs_inode_size_set(fs, inode_short(inode), (ext2_off64_t)size)));
    return inode_write(volume, ino, inode);
}

error_t inline_fit(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode,
                   uint64_t size)
{
    uint8_t *all;
    size_t room;
    OK_OR_RETURN(get_all(volume, ino, inode, &all, &room));
    uint64_t old = inode_size(volume, inode), kept = MIN(size, old);
    size_t keep = (size_t)MIN(kept, (uint64_t)room);
    memset(&all[keep], 0, room - keep);
    error_t err = set_all(volume, ino, inode, all, room);
    free(all);
    if (IS_OK(err) && size > room)
        err = move_to_blocks(volume, ino, inode, room);
    return err;
}

error_t inline_write(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode,
                     uint64_t offset, const void *data, size_t len)
{
    uint8_t *all;
    size_t room;
    OK_OR_RETURN(get_all(volume, ino, inode, &all, &room));
    bool fits = offset <= room && len <= room - offset;
    if (fits)
        memcpy(&all[offset], data, len);
    error_t err = fits ? set_all(volume, ino, inode, all, room) : ERR_UNAVAILABLE;
    free(all);
    return err;
}
