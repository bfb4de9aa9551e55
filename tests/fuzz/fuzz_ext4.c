// The fuzz target `ext4`: ext4fs on a disk in memory. The input selects the image, the damage to
// it, the operations of clients, and the write at which the disk stops.
//
// With any image, ext4fs must not crash or loop for ever. With an undamaged image, it must also
// find no damage, and the files at the end must be there at the next start. If the image has a
// journal and the disk stops at any write, the next start must find a sound file system.
#include <stdlib.h>
#include <string.h>
#include "acl.h"
#include "attr.h"
#include "by_path.h"
#include "ext4_records.h"
#include "volume_check.h"
#include "memory_disk.h"
#include "file.h"
#include "listing.h"
#include "node.h"
#include "opened.h"
#include "target.h"
#include "walk.h"

#define OPENED_MAX 4
#define WRITE_MAX  200000u

static struct volume *volume;
static struct opened *opened[OPENED_MAX];
static bool is_whole; // no damage: neither patched nor cut off

static void check(bool ok)
{
    if (!ok)
        abort();
}

// Checks that ext4fs finds no damage in an undamaged image.
static void check_error(error_t err)
{
    check(!is_whole || disk_is_cut() || (err != ERR_UNAVAILABLE && err != ERR_INVALID_ARG));
}

// --- Operations ---------------------------------------------------------------------------------

static error_t write_file(const struct record *record)
{
    ext2_ino_t ino;
    size_t len = (record->len + 1u) * (record->b % 8 ? 1 : 700);
    len = MIN(len, (size_t)WRITE_MAX);
    OK_OR_RETURN(walk_find(volume, record_paths[record->a % 16], true, &ino));
    uint8_t *data = malloc(len);
    check(data != NULL);
    for (size_t i = 0; i < len; i++)
        data[i] = record->len ? record->bytes[i % record->len] : (uint8_t)i;
    error_t err = file_write(volume, ino, record->b * 777u, data, len);
    free(data);
    return err;
}

static error_t truncate_file(const struct record *record)
{
    ext2_ino_t ino;
    OK_OR_RETURN(walk_find(volume, record_paths[record->a % 16], true, &ino));
    return file_resize(volume, ino, record->b * 700u + record->len);
}

static error_t symlink_target(const struct record *record)
{
    char target[256];
    memcpy(target, record->bytes, record->len);
    target[record->len] = '\0';
    error_t err = path_make(volume, record_paths[record->a % 16], LINUX_S_IFLNK | 0777, target);
    return err == ERR_INVALID_ARG && target[0] == '\0' ? OK : err;
}

static error_t close_file(unsigned slot)
{
    struct opened *file = opened[slot];
    opened[slot] = NULL;
    return file ? opened_put(volume, file) : OK;
}

static error_t open_file(const struct record *record)
{
    ext2_ino_t ino;
    struct attributes attr;
    unsigned slot = record->b % OPENED_MAX;
    OK_OR_RETURN(close_file(slot));
    OK_OR_RETURN(walk_find(volume, record_paths[record->a % 16], true, &ino));
    OK_OR_RETURN(attr_get_inode(volume, ino, &attr));
    if (attr.kind != inode_kind(LINUX_S_IFREG))
        return ERR_NOT_ACCEPTABLE;
    opened[slot] = opened_get(volume, ino);
    check(opened[slot] != NULL);
    return OK;
}

static error_t set_attributes(const struct record *record)
{
    const char *path = record_paths[record->a % 16];
    struct attributes attr;
    OK_OR_RETURN(attr_get(volume, path, record->b & 1, &attr));
    OK_OR_RETURN(attr_set_mode(volume, path, record->b));
    OK_OR_RETURN(attr_set_owner(volume, path, true, record->b * 300u, record->len));
    return attr_set_times(volume, path, true, &attr);
}

static error_t list(const struct record *record)
{
    ext2_ino_t ino;
    void *entries;
    size_t len;
    unsigned next;
    OK_OR_RETURN(walk_find(volume, record_paths[record->a % 16], true, &ino));
    OK_OR_RETURN(listing_pack(volume, ino, record->b, 200, &entries, &len, &next));
    free(entries);
    return OK;
}

// Lists a directory by node, starting at some entry.
static error_t list_nodes(const struct record *record)
{
    ext2_ino_t ino, again;
    struct ext2_inode_large inode;
    void *entries = NULL;
    size_t len = 0;
    OK_OR_RETURN(walk_find(volume, record_paths[record->a % 16], true, &ino));
    OK_OR_RETURN(inode_read(volume, ino, &inode));
    check(IS_ERROR(node_find(volume, node_of(ino, &inode), &again, &inode)) || again == ino);
    error_t err = listing_pack_nodes(volume, ino, record->b * 16u, 300, &entries, &len);
    free(entries);
    return err == ERR_TOO_SMALL ? OK : err;
}

static error_t set_xattr(const struct record *record)
{
    static const char *const names[] = {"user.a", "user.other", "security.b", "trusted.c"};
    const char *name = names[record->b % 4];
    ext2_ino_t ino;
    void *value = NULL;
    char *text = NULL;
    size_t len;
    OK_OR_RETURN(walk_find(volume, record_paths[record->a % 16], false, &ino));
    error_t err = record->b & 4 ? xattr_remove(volume, ino, name)
                                : xattr_set(volume, ino, name, record->bytes, record->len);
    if (err != ERR_EMPTY && err != ERR_NO_SPACE)
        OK_OR_RETURN(err);
    OK_OR_RETURN(xattr_list(volume, ino, &text, &len));
    free(text);
    err = xattr_get(volume, ino, name, &value, &len);
    free(value);
    return err == ERR_EMPTY ? OK : err;
}

// Sets a list whose entries come from the input.
static error_t set_acl(const struct record *record)
{
    uint8_t list[4 + 8 * 8] = {2};
    size_t len = 4 + MIN((size_t)record->len, sizeof(list) - 4) / 8 * 8;
    ext2_ino_t ino;
    memcpy(list + 4, record->bytes, len - 4);
    OK_OR_RETURN(walk_find(volume, record_paths[record->a % 16], true, &ino));
    error_t err = acl_set(volume, ino, record->b & 1 ? ACL_DEFAULT : ACL_ACCESS, list, len);
    return err == ERR_INVALID_ARG ? OK : err;
}

static error_t allocate(const struct record *record)
{
    ext2_ino_t ino;
    OK_OR_RETURN(walk_find(volume, record_paths[record->a % 16], true, &ino));
    return file_allocate(volume, ino, record->what >> 3 & 0x13, record->b * 700u,
                         1 + record->len * 500u);
}

static error_t rename_file(const char *path, const char *to)
{
    error_t err = path_rename(volume, path, to);
    return err == ERR_INVALID_ARG ? OK : err; // a directory cannot move below itself
}

static error_t exchange_files(const char *path, const char *to)
{
    error_t err = path_exchange(volume, path, to);
    return err == ERR_INVALID_ARG ? OK : err; // a directory cannot move below itself
}

static error_t run_operation(const struct record *record)
{
    const char *path = record_paths[record->a % 16], *other = record_paths[record->a / 16];
    switch (record_operation(record)) {
    case OP_CREATE:
        return path_make(volume, path, LINUX_S_IFREG | 0644, NULL);
    case OP_WRITE:
        return write_file(record);
    case OP_TRUNCATE:
        return truncate_file(record);
    case OP_MKDIR:
        return path_make(volume, path, LINUX_S_IFDIR | 0755, NULL);
    case OP_REMOVE:
        return path_remove(volume, path);
    case OP_RMDIR:
        return path_rmdir(volume, path);
    case OP_RENAME:
        return rename_file(path, other);
    case OP_LINK:
        return path_link(volume, path, other);
    case OP_SYMLINK:
        return symlink_target(record);
    case OP_OPEN:
        return open_file(record);
    case OP_CLOSE:
        return close_file(record->b % OPENED_MAX);
    case OP_ATTRIBUTES:
        return set_attributes(record);
    case OP_LIST:
        return list(record);
    case OP_SPECIAL:
        return path_make(volume, path, record->b & 1 ? LINUX_S_IFIFO : LINUX_S_IFCHR, NULL);
    case OP_EXCHANGE:
        return exchange_files(path, other);
    case OP_NODES:
        return list_nodes(record);
    case OP_XATTR:
        return set_xattr(record);
    case OP_ACL:
        return set_acl(record);
    case OP_ALLOCATE:
        return allocate(record);
    default:
        return volume_commit(volume);
    }
}

// --- The input ----------------------------------------------------------------------------------

static void run_operations(const uint8_t *data, size_t size)
{
    struct record record;
    for (int i = 0; i < RECORDS_MAX && record_next(&data, &size, &record); i++) {
        if (record.what < 0x80)
            continue;
        check_error(run_operation(&record));
        error_t err = volume_relieve(volume);
        check_error(err);
    }
}

static int compare_ints(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static error_t open_volume(bool read_only)
{
    char why[VOLUME_ERROR_LEN] = "";
    error_t err = volume_open(&disk_device, read_only, &volume, why);
    check(IS_OK(err) || (why[0] != '\0' && strlen(why) < sizeof(why)));
    return err;
}

static void close_files(void)
{
    for (unsigned i = 0; i < OPENED_MAX; i++)
        check_error(close_file(i));
}

// Opens the volume again. The files must be the same as before, or the volume must at least be
// sound.
static void check_after(enum disk_image image, bool was_cut, bool closed,
                        const struct tree_view *before)
{
    error_t err = open_volume(false);
    bool has_journal = image == DISK_EXT4 || image == DISK_RECOVER;
    check(IS_OK(err) || !is_whole || (was_cut && !has_journal));
    if (IS_ERROR(err))
        return;
    struct tree_view after = check_read_tree(volume);
    if (is_whole && (closed || has_journal))
        check(after.num_errors == 0 && check_is_sound(volume));
    if (is_whole && closed)
        check(after.hash == before->hash && after.num_names == before->num_names);
    err = volume_close(volume);
    check(IS_OK(err) || !is_whole);
}

void fuzz_prepare(void)
{
    disk_reset(DISK_EXT4); // reads the images
    // ext4fs does the same: the first large sort of qsort() asks for the size of the memory.
    int numbers[1024] = {0};
    qsort(numbers, 1024, sizeof(numbers[0]), compare_ints);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3)
        return 0;
    enum disk_image image = data[0] % DISK_NUM_IMAGES;
    bool read_only = data[0] & 0x80;
    disk_reset(image);
    is_whole = !records_patch_disk(data + 3, size - 3);
    disk_cut_after(data[1]);
    error_t err = open_volume(read_only);
    // An image whose journal must be replayed cannot be opened read-only.
    check(IS_OK(err) || !is_whole || disk_is_cut() || (read_only && image == DISK_RECOVER));
    struct tree_view before = {0};
    bool closed = false;
    if (IS_OK(err)) {
        before = check_read_tree(volume);
        check(!is_whole || disk_is_cut() || before.num_errors == 0);
        run_operations(data + 3, size - 3);
        close_files();
        before = check_read_tree(volume);
        closed = IS_OK(volume_close(volume));
    }
    check(!read_only || disk_num_writes() == 0);
    check(closed || !is_whole || disk_is_cut() || IS_ERROR(err));
    bool was_cut = disk_is_cut();
    disk_restart(data[2] * 0x01010101u + data[1]);
    if (!read_only)
        check_after(image, was_cut, closed && !was_cut, &before);
    return 0;
}
