// Tests the making of nodes, and the numbers of nodes, on images in memory.
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "acl.h"
#include "attr.h"
#include "by_path.h"
#include "file.h"
#include "memory_disk.h"
#include "node.h"
#include "opened.h"
#include "volume_check.h"
#include "walk.h"
#include "run_tests.h"

static struct volume *volume;

static void must(error_t err)
{
    ck_assert_msg(IS_OK(err), "error %d", err);
}

static void open_image(enum disk_image image)
{
    char why[VOLUME_ERROR_LEN];
    disk_reset(image);
    must(volume_open(&disk_device, false, &volume, why));
}

static void close_volume(void)
{
    must(volume_commit(volume));
    ck_assert(check_is_sound(volume));
    must(volume_close(volume));
}

static ext2_ino_t find(const char *path)
{
    ext2_ino_t ino;
    must(walk_find(volume, path, false, &ino));
    return ino;
}

static struct ext2_inode_large read_path(const char *path)
{
    struct ext2_inode_large inode;
    must(inode_read(volume, find(path), &inode));
    return inode;
}

static void make_as(const char *path, const struct making *making)
{
    struct where where;
    ext2_ino_t ino;
    must(where_of_path(volume, path, &where));
    must(tree_make(volume, &where, making, &ino));
}

static const struct {
    uint32_t major, minor;
} devices[] = {{1, 3}, {255, 255}, {256, 0}, {8, 256}, {4095, 0xfffff}};

START_TEST(devices_keep_their_numbers)
{
    uint64_t device = (uint64_t)devices[_i].major << 32 | devices[_i].minor;
    struct making making = {.mode = LINUX_S_IFBLK | 0600, .device = device};
    open_image(DISK_EXT4);
    make_as("/device", &making);
    struct ext2_inode_large inode = read_path("/device");
    ck_assert_uint_eq(inode_device(&inode), device);
    ck_assert(LINUX_S_ISBLK(inode.i_mode));
    must(path_remove(volume, "/device"));
    close_volume();
}
END_TEST

START_TEST(what_is_made_belongs_to_who_asks_or_to_the_directorys_group)
{
    struct making making = {.mode = LINUX_S_IFREG | 0666, .umask = 027, .uid = 70000, .gid = 80000};
    struct attributes attr = {.mode = 02775, .uid = 1, .gid = 1234};
    open_image(DISK_EXT4);
    make_as("/plain", &making);
    struct ext2_inode_large inode = read_path("/plain");
    ck_assert_uint_eq(inode_owner(&inode), 70000);
    ck_assert_uint_eq(inode_group(&inode), 80000);
    ck_assert_uint_eq(inode.i_mode & 07777u, 0640);
    must(attr_change(volume, find("/empty"), ATTR_MODE | ATTR_UID | ATTR_GID, &attr));
    make_as("/empty/file", &making);
    inode = read_path("/empty/file");
    ck_assert_uint_eq(inode_owner(&inode), 70000);
    ck_assert_uint_eq(inode_group(&inode), 1234);
    ck_assert_uint_eq(inode.i_mode & 07777u, 0640);
    making.mode = LINUX_S_IFDIR | 0777;
    make_as("/empty/dir", &making);
    inode = read_path("/empty/dir");
    ck_assert_uint_eq(inode_group(&inode), 1234);
    ck_assert_uint_eq(inode.i_mode & 07777u, 02750);
    close_volume();
}
END_TEST

START_TEST(a_node_is_not_the_one_that_had_its_inode_before)
{
    static const uint32_t modes[] = {LINUX_S_IFREG, LINUX_S_IFDIR, LINUX_S_IFLNK, LINUX_S_IFIFO};
    struct making making = {.mode = modes[_i] | 0644, .target = "target"};
    ext2_ino_t ino;
    struct ext2_inode_large inode;
    open_image(DISK_EXT2);
    make_as("/first", &making);
    ext2_ino_t first = find("/first");
    must(inode_read(volume, first, &inode));
    uint64_t node = node_of(first, &inode);
    must(node_find(volume, node, &ino, &inode));
    ck_assert_uint_eq(ino, first);
    must(_i == 1 ? path_rmdir(volume, "/first") : path_remove(volume, "/first"));
    ck_assert_int_eq(node_find(volume, node, &ino, &inode), ERR_NOT_FOUND);
    make_as("/second", &making);
    ck_assert_uint_eq(find("/second"), first);
    ck_assert_int_eq(node_find(volume, node, &ino, &inode), ERR_NOT_FOUND);
    close_volume();
}
END_TEST

START_TEST(a_node_without_a_name_is_there_while_it_is_open)
{
    ext2_ino_t ino = 0;
    struct ext2_inode_large inode;
    open_image(DISK_EXT4);
    inode = read_path("/dir/below/file");
    uint64_t node = node_of(find("/dir/below/file"), &inode);
    struct opened *file = opened_get(volume, find("/dir/below/file"));
    struct opened *dir = opened_get(volume, find("/dir/below"));
    must(path_remove(volume, "/dir/below/file"));
    must(path_rmdir(volume, "/dir/below"));
    must(node_find(volume, node, &ino, &inode));
    ck_assert_uint_eq(inode.i_links_count, 0);
    struct where where = {.dir = dir->ino, .name = "file"};
    ck_assert_int_eq(tree_link(volume, find("/text"), &where), ERR_NOT_FOUND);
    where.dir = EXT2_ROOT_INO;
    ck_assert_int_eq(tree_link(volume, ino, &where), ERR_NOT_FOUND);
    must(opened_put(volume, file));
    must(opened_put(volume, dir));
    ck_assert_int_eq(node_find(volume, node, &ino, &inode), ERR_NOT_FOUND);
    close_volume();
}
END_TEST

START_TEST(what_is_open_without_a_name_is_gone_after_the_end)
{
    open_image(DISK_EXT4);
    ext2_ino_t ino = find("/dir/below/file");
    ck_assert_ptr_nonnull(opened_get(volume, ino));
    must(path_remove(volume, "/dir/below/file"));
    must(volume_close(volume));
    disk_restart(0);
    char why[VOLUME_ERROR_LEN];
    must(volume_open(&disk_device, true, &volume, why));
    ck_assert_uint_eq(volume->fs->super->s_last_orphan, 0);
    must(volume_close(volume));
    must(volume_open(&disk_device, false, &volume, why));
    close_volume();
}
END_TEST

START_TEST(nodes_that_are_none_are_not_found)
{
    static const uint64_t nodes[] = {0,  2,  3,          7,          11,
                                     48, 49, UINT32_MAX, UINT64_MAX, 1ull << 32 | 2};
    ext2_ino_t ino;
    struct ext2_inode_large inode;
    open_image(DISK_EXT4);
    must(node_find(volume, FS_NODE_ROOT, &ino, &inode));
    ck_assert_uint_eq(ino, EXT2_ROOT_INO);
    error_t err = node_find(volume, nodes[_i], &ino, &inode);
    ck_assert(err == ERR_NOT_FOUND || nodes[_i] == 11); // lost+found
    close_volume();
}
END_TEST

// Inodes of 128 bytes have 32 bits of seconds, longer ones two bits more.
START_TEST(times_that_cannot_be_kept_become_the_nearest)
{
    static const int64_t times[][3] = {
        {-3000000000, INT32_MIN, INT32_MIN},
        {INT32_MIN, INT32_MIN, INT32_MIN},
        {-1, -1, -1},
        {5000000000, INT32_MAX, 5000000000},
        {INT64_MAX, INT32_MAX, INT32_MAX + 3ll * (1ll << 32)},
    };
    enum disk_image images[] = {DISK_EXT2, DISK_EXT4};
    struct attributes attr = {.atime = times[_i][0], .mtime = times[_i][0]};
    for (int i = 0; i < 2; i++) {
        open_image(images[i]);
        must(attr_change(volume, find("/text"), ATTR_ATIME | ATTR_MTIME, &attr));
        struct attributes got;
        must(attr_get(volume, "/text", false, &got));
        ck_assert_int_eq(got.atime, times[_i][1 + i]);
        ck_assert_int_eq(got.mtime, times[_i][1 + i]);
        close_volume();
    }
}
END_TEST

START_TEST(names_that_are_exchanged_keep_the_tree_sound)
{
    open_image(DISK_EXT4);
    ext2_ino_t text = find("/text"), below = find("/dir/below");
    must(path_exchange(volume, "/text", "/dir/below"));
    ck_assert_uint_eq(find("/dir/below"), text);
    ck_assert_uint_eq(find("/text"), below);
    ck_assert_uint_eq(find("/text/.."), EXT2_ROOT_INO);
    ck_assert_uint_eq(find("/text/file"), find("/text/file"));
    ck_assert_int_eq(path_exchange(volume, "/dir", "/dir/large"), ERR_INVALID_ARG);
    ck_assert_int_eq(path_exchange(volume, "/dir", "/no"), ERR_NOT_FOUND);
    must(path_exchange(volume, "/dir", "/empty"));
    ck_assert_uint_eq(find("/empty/below"), text);
    close_volume();
}
END_TEST

START_TEST(contents_within_an_inode_are_no_attribute)
{
    char *names = NULL;
    void *value = NULL;
    size_t len = 1;
    open_image(DISK_INLINE);
    ext2_ino_t ino = find("/text");
    must(xattr_list(volume, ino, &names, &len));
    ck_assert_uint_eq(len, 0);
    ck_assert_int_eq(xattr_get(volume, ino, "system.data", &value, &len), ERR_NOT_ACCEPTABLE);
    ck_assert_int_eq(xattr_set(volume, ino, "system.data", "x", 1), ERR_NOT_ACCEPTABLE);
    ck_assert_int_eq(xattr_remove(volume, ino, "system.data"), ERR_NOT_ACCEPTABLE);
    must(xattr_set(volume, ino, "user.a", "value", 5));
    must(xattr_get(volume, ino, "user.a", &value, &len));
    ck_assert_uint_eq(len, 5);
    free(value);
    char text[10];
    struct ext2_inode_large inode = read_path("/text");
    must(file_read(volume, ino, &inode, 0, text, sizeof(text)));
    ck_assert(memcmp(text, "some text\n", 10) == 0);
    close_volume();
}
END_TEST

#define LOOP(test, table)                                                                          \
    tcase_add_loop_test(tcase, test, 0, (int)(sizeof(table) / sizeof((table)[0])))

int main(void)
{
    Suite *suite = suite_create("ext4fs_make");
    TCase *tcase = tcase_create("ext4fs_make");
    tcase_set_timeout(tcase, 60);
    LOOP(devices_keep_their_numbers, devices);
    tcase_add_test(tcase, what_is_made_belongs_to_who_asks_or_to_the_directorys_group);
    tcase_add_loop_test(tcase, a_node_is_not_the_one_that_had_its_inode_before, 0, 4);
    tcase_add_test(tcase, a_node_without_a_name_is_there_while_it_is_open);
    tcase_add_test(tcase, what_is_open_without_a_name_is_gone_after_the_end);
    tcase_add_loop_test(tcase, nodes_that_are_none_are_not_found, 0, 10);
    tcase_add_loop_test(tcase, times_that_cannot_be_kept_become_the_nearest, 0, 5);
    tcase_add_test(tcase, names_that_are_exchanged_keep_the_tree_sound);
    tcase_add_test(tcase, contents_within_an_inode_are_no_attribute);
    suite_add_tcase(suite, tcase);
    return run_check(suite);
}
