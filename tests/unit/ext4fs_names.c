// Tests entries of directories: in one block in memory, and with many names in one directory of an
// image.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "by_path.h"
#include "dirblock.h"
#include "inode.h"
#include "memory_disk.h"
#include "volume_check.h"
#include "walk.h"
#include "run_tests.h"

#define MANY 20000 // linear searches for this many names would take minutes

static struct volume *volume;

static void must(error_t err)
{
    ck_assert_msg(IS_OK(err), "error %d", err);
}

static void open_volume(void)
{
    char why[VOLUME_ERROR_LEN];
    must(volume_open(&disk_device, false, &volume, why));
}

static const char *name_of(int i)
{
    static char path[64];
    snprintf(path, sizeof(path), "/empty/name%d", i);
    return path;
}

static uint64_t size_of(const char *path)
{
    ext2_ino_t ino;
    struct ext2_inode_large inode;
    must(walk_find(volume, path, false, &ino));
    must(inode_read(volume, ino, &inode));
    return inode_size(volume, &inode);
}

static void must_be_sound(void)
{
    must(volume_commit(volume));
    ck_assert(check_is_sound(volume));
}

static void link_all(int first, int step)
{
    for (int i = first; i < MANY; i += step) {
        must(path_link(volume, "/text", name_of(i)));
        must(volume_relieve(volume));
    }
}

static void remove_all(int first, int step)
{
    for (int i = first; i < MANY; i += step) {
        must(path_remove(volume, name_of(i)));
        must(volume_relieve(volume));
    }
}

static void check_all(int without)
{
    ext2_ino_t wanted, ino;
    must(walk_find(volume, "/text", false, &wanted));
    for (int i = 0; i < MANY; i++) {
        error_t err = walk_find(volume, name_of(i), false, &ino);
        ck_assert_int_eq(err, without && i % without == 0 ? ERR_NOT_FOUND : OK);
        ck_assert(IS_ERROR(err) || ino == wanted);
    }
}

START_TEST(many_names_of_a_directory_are_kept)
{
    disk_reset(DISK_EXT4);
    open_volume();
    link_all(0, 1);
    check_all(0);
    ck_assert_int_eq(path_link(volume, "/text", name_of(MANY / 2)), ERR_ALREADY_EXISTS);
    uint64_t size = size_of("/empty");
    remove_all(0, 3);
    check_all(3);
    must_be_sound();
    link_all(0, 3);
    // New entries use the room of removed ones, unless a gap is too small for a longer name.
    ck_assert_uint_le(size_of("/empty"), size + 4096);
    must(volume_close(volume));
    open_volume();
    check_all(0);
    remove_all(0, 1);
    must_be_sound();
    must(volume_close(volume));
}
END_TEST

START_TEST(a_directory_does_not_have_the_names_of_the_one_before_it)
{
    ext2_ino_t ino, again;
    disk_reset(DISK_EXT4);
    open_volume();
    must(walk_find(volume, "/empty", false, &ino));
    must(path_link(volume, "/text", name_of(1)));
    must(path_remove(volume, name_of(1)));
    must(path_rmdir(volume, "/empty"));
    ck_assert_int_eq(path_link(volume, "/text", name_of(1)), ERR_NOT_FOUND);
    must(path_make(volume, "/empty", LINUX_S_IFDIR | 0755, NULL));
    must(walk_find(volume, "/empty", false, &again));
    ck_assert_uint_eq(ino, again);
    ck_assert_int_eq(walk_find(volume, name_of(1), false, &ino), ERR_NOT_FOUND);
    must(path_link(volume, "/text", name_of(1)));
    must_be_sound();
    must(volume_close(volume));
}
END_TEST

// --- One block ----------------------------------------------------------------------------------

static uint8_t block[1024];

static void make_block(void)
{
    struct ext2_dir_entry *entry = (struct ext2_dir_entry *)block;
    disk_reset(DISK_EXT4);
    open_volume();
    memset(block, 0, sizeof(block));
    ck_assert_int_eq(ext2fs_set_rec_len(volume->fs, sizeof(block), entry), 0);
}

static bool insert(const char *name, ext2_ino_t ino)
{
    return dirblock_insert(volume->fs, block, name, strlen(name), ino, EXT2_FT_REG_FILE);
}

static ext2_ino_t find(const char *name)
{
    struct dirblock_walk walk;
    dirblock_begin(&walk, volume->fs, block);
    return dirblock_find(&walk, name, strlen(name)) ? walk.entry->inode : 0;
}

static void take_out(const char *name)
{
    struct dirblock_walk walk;
    dirblock_begin(&walk, volume->fs, block);
    ck_assert(dirblock_find(&walk, name, strlen(name)));
    dirblock_remove(&walk);
}

START_TEST(what_is_put_in_a_block_is_found_until_it_is_taken_out)
{
    make_block();
    ck_assert_uint_eq(dirblock_room(volume->fs, block), sizeof(block));
    ck_assert(insert("first", 11) && insert("second", 12) && insert("third", 13));
    ck_assert_uint_eq(find("second"), 12);
    ck_assert_uint_eq(find("secon"), 0);
    take_out("second");
    take_out("first");
    ck_assert_uint_eq(find("second"), 0);
    ck_assert_uint_eq(find("third"), 13);
    ck_assert(insert("1", 14) && insert("2", 15));
    ck_assert_uint_eq(find("1"), 14);
    ck_assert_uint_eq(find("2"), 15);
    ck_assert_uint_eq(find("third"), 13);
}
END_TEST

START_TEST(a_block_is_filled_to_its_end_and_no_further)
{
    char name[16];
    int num = 0;
    make_block();
    do
        snprintf(name, sizeof(name), "n%03d", num);
    while (insert(name, (ext2_ino_t)(20 + num++)));
    ck_assert_int_eq(num - 1, 1024 / 12);
    ck_assert_uint_lt(dirblock_room(volume->fs, block), 12);
    ck_assert_uint_eq(find("n000"), 20);
    ck_assert_uint_eq(find("n084"), 104);
}
END_TEST

static const struct {
    unsigned at;
    uint16_t value;
} damages[] = {
    {4, 0},    // an entry without length
    {4, 7},    // a length that is not a multiple of 4
    {4, 1028}, // a length beyond the block
    {4, 1020}, // a length that leaves too little room after the entry
    {6, 0xff}, // a name that is longer than the entry
};

START_TEST(damaged_blocks_have_no_room_and_end_a_walk)
{
    make_block();
    ck_assert(insert("a", 11) && insert("b", 12));
    memcpy(&block[damages[_i].at], &damages[_i].value, sizeof(uint16_t));
    ck_assert_uint_eq(find("b"), 0);
    ck_assert_uint_eq(dirblock_room(volume->fs, block), 0);
    ck_assert(!insert("c", 13) || find("c") == 13);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ext4fs_names");
    TCase *tcase = tcase_create("ext4fs_names");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, many_names_of_a_directory_are_kept);
    tcase_add_test(tcase, a_directory_does_not_have_the_names_of_the_one_before_it);
    tcase_add_test(tcase, what_is_put_in_a_block_is_found_until_it_is_taken_out);
    tcase_add_test(tcase, a_block_is_filled_to_its_end_and_no_further);
    tcase_add_loop_test(tcase, damaged_blocks_have_no_room_and_end_a_walk, 0,
                        (int)(sizeof(damages) / sizeof(damages[0])));
    suite_add_tcase(suite, tcase);
    return run_check(suite);
}
