// Tests the journal on images in memory. Wherever the disk stops, a commit is there completely or
// not at all. An invalid journal is refused.
#include "journal.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "by_path.h"
#include "file.h"
#include "memory_disk.h"
#include "volume_check.h"
#include "walk.h"
#include "run_tests.h"

#define MAGIC       0xc03b3998u
#define SPARE       2000u // this block and many after it are unused
#define CUTS_MAX    200
#define SB_MAGIC    0 // offsets in the journal's superblock
#define SB_SIZE     12
#define SB_NUM      16
#define SB_FIRST    20
#define SB_SEQ      24
#define SB_START    28
#define SB_INCOMPAT 40

static struct volume *volume;
static char why[VOLUME_ERROR_LEN];

static void must(error_t err)
{
    ck_assert_msg(IS_OK(err), "error %d: %s", err, why);
}

static void open_image(enum disk_image image)
{
    disk_reset(image);
    must(volume_open(&disk_device, false, &volume, why));
    ck_assert_ptr_nonnull(volume->journal);
}

static uint32_t swap(uint32_t value)
{
    return __builtin_bswap32(value);
}

// Block `index` of the journal: where it is on the device.
static uint64_t block_of_journal(uint32_t index)
{
    blk64_t at = 0;
    ext2_filsys fs = volume->fs;
    ck_assert_int_eq(ext2fs_bmap2(fs, fs->super->s_journal_inum, NULL, NULL, 0, index, NULL, &at),
                     0);
    return at * DISK_BLOCK;
}

static void read_block(uint64_t offset, void *data)
{
    must(disk_device.read(NULL, offset, data, DISK_BLOCK));
}

static void write_number(uint64_t block, size_t at, uint32_t value)
{
    uint8_t data[DISK_BLOCK];
    read_block(block, data);
    value = swap(value);
    memcpy(data + at, &value, sizeof(value));
    must(disk_device.write(NULL, block, data, sizeof(data)));
}

static uint32_t read_number(uint64_t block, size_t at)
{
    uint8_t data[DISK_BLOCK];
    uint32_t value;
    read_block(block, data);
    memcpy(&value, data + at, sizeof(value));
    return swap(value);
}

// --- Cuts ---------------------------------------------------------------------------------------

// A change of several blocks of metadata.
static void change(void)
{
    ext2_ino_t ino;
    must(path_make(volume, "/new", LINUX_S_IFDIR | 0755, NULL));
    must(path_make(volume, "/new/file", LINUX_S_IFREG | 0644, NULL));
    must(walk_find(volume, "/new/file", false, &ino));
    must(file_write(volume, ino, 0, "content", 7));
    must(path_rename(volume, "/text", "/new/text"));
    must(path_remove(volume, "/dir/large"));
}

static bool is_there(const char *path)
{
    ext2_ino_t ino;
    error_t err = walk_find(volume, path, true, &ino);
    ck_assert(IS_OK(err) || err == ERR_NOT_FOUND);
    return IS_OK(err);
}

// Commits the change on a disk that stops after `num` writes, then starts the disk again. Returns
// whether the disk had stopped.
static bool commit_with_cut(unsigned num, uint32_t seed, bool *changed)
{
    open_image(DISK_EXT4);
    change();
    disk_cut_after(num);
    error_t err = volume_commit(volume);
    bool was_cut = disk_is_cut();
    ck_assert(was_cut || IS_OK(err));
    volume_drop(volume);
    disk_restart(seed);
    must(volume_open(&disk_device, false, &volume, why));
    *changed = is_there("/new");
    ck_assert_int_eq(is_there("/new/file"), *changed);
    ck_assert_int_eq(is_there("/new/text"), *changed);
    ck_assert_int_eq(is_there("/text"), !*changed);
    ck_assert_int_eq(is_there("/dir/large"), !*changed);
    ck_assert_uint_eq(check_read_tree(volume).num_errors, 0);
    ck_assert(check_is_sound(volume));
    must(volume_close(volume));
    return was_cut;
}

START_TEST(commit_is_all_or_nothing_wherever_the_disk_stops)
{
    unsigned num_before = 0, num_after = 0;
    for (uint32_t seed = 0; seed < 4; seed++) {
        bool was_cut = true, changed = false;
        for (unsigned cut = 1; was_cut && cut < CUTS_MAX; cut++) {
            was_cut = commit_with_cut(cut, seed * 77777, &changed);
            num_before += !changed;
            num_after += changed && was_cut;
        }
        ck_assert(!was_cut && changed); // at last, the whole commit was written
    }
    ck_assert_uint_gt(num_before, 4);
    ck_assert_uint_gt(num_after, 4);
}
END_TEST

// Changes the first `num` unused blocks. Each is filled with one byte.
static void dirty(uint64_t num, int byte)
{
    uint8_t data[DISK_BLOCK];
    memset(data, byte, sizeof(data));
    for (uint64_t i = 0; i < num; i++)
        must(cache_write(volume->cache, SPARE + i, 1, data, BLOCK_META));
}

// Leaves the journal as it is just before its blocks are written to their places.
static void commit_to_journal_only(void)
{
    for (unsigned cut = 1; cut < CUTS_MAX; cut++) {
        disk_cut_after(cut);
        ck_assert(IS_ERROR(journal_commit(volume->journal)));
        disk_restart(UINT32_MAX); // everything that was written is there
        if (read_number(block_of_journal(0), SB_START) != 0)
            return;
    }
    ck_abort_msg("the journal never had a transaction");
}

static void open_again(void)
{
    volume_drop(volume);
    must(volume_open(&disk_device, false, &volume, why));
}

START_TEST(replay_brings_each_block_to_its_place)
{
    uint8_t data[DISK_BLOCK];
    open_image(DISK_EXT4);
    dirty(300, 'x'); // too many blocks for one descriptor
    commit_to_journal_only();
    read_block(SPARE * DISK_BLOCK, data);
    ck_assert_uint_eq(data[0], 0);
    open_again();
    for (uint64_t i = 0; i < 300; i++) {
        read_block((SPARE + i) * DISK_BLOCK, data);
        ck_assert_uint_eq(data[0], 'x');
    }
    ck_assert_uint_eq(read_number(block_of_journal(0), SB_START), 0);
    must(volume_close(volume));
}
END_TEST

// If the journal held a block that looks like one of its own, the replay would end the transaction
// there.
START_TEST(blocks_that_begin_with_the_magic_number_come_back)
{
    uint8_t data[DISK_BLOCK] = {0xc0, 0x3b, 0x39, 0x98, 0, 0, 0, 2, 'x'}, got[DISK_BLOCK];
    open_image(DISK_EXT4);
    must(cache_write(volume->cache, SPARE, 1, data, BLOCK_META));
    must(cache_write(volume->cache, SPARE + 1, 1, data, BLOCK_META));
    commit_to_journal_only();
    for (uint32_t i = 2; i < 4; i++) // the blocks after the descriptor
        ck_assert_uint_eq(read_number(block_of_journal(i), 0), 0);
    open_again();
    for (unsigned i = 0; i < 2; i++) {
        read_block((SPARE + i) * DISK_BLOCK, got);
        ck_assert_mem_eq(got, data, sizeof(data));
    }
    must(volume_close(volume));
}
END_TEST

START_TEST(transactions_have_sequence_numbers_and_leave_the_journal_empty)
{
    open_image(DISK_EXT4);
    uint64_t super = block_of_journal(0);
    uint32_t sequence = read_number(super, SB_SEQ);
    for (unsigned i = 1; i <= 3; i++) {
        dirty(2, (int)i);
        must(journal_commit(volume->journal));
        ck_assert_uint_eq(read_number(super, SB_SEQ), sequence + i);
        ck_assert_uint_eq(read_number(super, SB_START), 0);
        ck_assert_uint_eq(cache_num_dirty(volume->cache, BLOCK_META), 0);
    }
    unsigned writes = disk_num_writes();
    must(journal_commit(volume->journal)); // nothing
    ck_assert_uint_eq(disk_num_writes(), writes);
    must(volume_close(volume));
}
END_TEST

// An older transaction follows the replayed one in the journal. It must not be taken for the next
// one.
START_TEST(replay_ends_where_the_numbers_do)
{
    uint8_t data[DISK_BLOCK];
    open_image(DISK_EXT4);
    dirty(40, 'o');
    must(journal_commit(volume->journal));
    dirty(2, 'n');
    commit_to_journal_only();
    open_again();
    read_block((SPARE + 1) * DISK_BLOCK, data);
    ck_assert_uint_eq(data[0], 'n');
    read_block((SPARE + 2) * DISK_BLOCK, data);
    ck_assert_uint_eq(data[0], 'o');
    must(volume_close(volume));
}
END_TEST

START_TEST(what_does_not_fit_is_refused_and_what_just_fits_is_not)
{
    open_image(DISK_EXT4);
    size_t room = journal_room(volume->journal);
    ck_assert_uint_gt(room, 900); // the journal has 1024 blocks
    dirty(room + 1, 'x');
    unsigned writes = disk_num_writes();
    ck_assert_int_eq(journal_commit(volume->journal), ERR_TOO_LARGE);
    ck_assert_uint_eq(disk_num_writes(), writes);
    volume_drop(volume);

    open_image(DISK_EXT4);
    dirty(room, 'x');
    commit_to_journal_only();
    open_again();
    uint8_t data[DISK_BLOCK];
    read_block((SPARE + room - 1) * DISK_BLOCK, data);
    ck_assert_uint_eq(data[0], 'x');
    must(volume_close(volume));
}
END_TEST

// --- Invalid journals ---------------------------------------------------------------------------

static void must_not_open(void)
{
    unsigned writes = disk_num_writes();
    ck_assert_int_eq(volume_open(&disk_device, false, &volume, why), ERR_NOT_ACCEPTABLE);
    ck_assert_str_ne(why, "");
    ck_assert_uint_eq(disk_num_writes(), writes);
}

static const struct {
    size_t at;
    uint32_t value;
} bad_supers[] = {
    {SB_MAGIC, MAGIC + 1},  {SB_SIZE, 4096},     {SB_FIRST, 0},          {SB_FIRST, 1024},
    {SB_FIRST, UINT32_MAX}, {SB_NUM, 1},         {SB_START, UINT32_MAX}, {SB_START, 1024},
    {SB_INCOMPAT, 1},       {SB_INCOMPAT, 0x10}, {SB_INCOMPAT, 2},       {SB_NUM, 8193},
};

START_TEST(journals_that_make_no_sense_are_refused)
{
    open_image(DISK_EXT4);
    dirty(3, 'x');
    commit_to_journal_only();
    uint64_t super = block_of_journal(0);
    volume_drop(volume);
    write_number(super, bad_supers[_i].at, bad_supers[_i].value);
    must_not_open();
}
END_TEST

static void replay_damaged(uint32_t index, size_t at, uint32_t value)
{
    open_image(DISK_EXT4);
    dirty(3, 'x');
    commit_to_journal_only();
    write_number(block_of_journal(index), at, value);
    volume_drop(volume);
}

START_TEST(blocks_beyond_the_device_are_not_replayed)
{
    replay_damaged(1, 12 + 24, 3072); // the second tag; a UUID follows the first
    must_not_open();
    replay_damaged(1, 12 + 24, UINT32_MAX);
    must_not_open();
}
END_TEST

START_TEST(blocks_of_unknown_kinds_are_not_replayed)
{
    replay_damaged(5, 4, 5); // a list of revoked blocks in the place of the commit
    must_not_open();
}
END_TEST

START_TEST(transactions_without_their_end_are_not_replayed)
{
    uint8_t data[DISK_BLOCK];
    replay_damaged(5, 8, 999); // the commit belongs to another transaction
    must(volume_open(&disk_device, false, &volume, why));
    read_block(SPARE * DISK_BLOCK, data);
    ck_assert_uint_eq(data[0], 0);
    must(volume_close(volume));
}
END_TEST

START_TEST(unfinished_journals_of_others_are_replayed_if_they_are_simple)
{
    open_image(DISK_RECOVER); // debugfs has made this journal
    ck_assert_uint_eq(check_read_tree(volume).num_errors, 0);
    ck_assert(check_is_sound(volume));
    must(volume_close(volume));
    disk_reset(DISK_RECOVER);
    ck_assert_int_eq(volume_open(&disk_device, true, &volume, why), ERR_NOT_ACCEPTABLE);
    ck_assert_uint_eq(disk_num_writes(), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ext4fs_journal");
    TCase *tcase = tcase_create("ext4fs_journal");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, commit_is_all_or_nothing_wherever_the_disk_stops);
    tcase_add_test(tcase, replay_brings_each_block_to_its_place);
    tcase_add_test(tcase, blocks_that_begin_with_the_magic_number_come_back);
    tcase_add_test(tcase, transactions_have_sequence_numbers_and_leave_the_journal_empty);
    tcase_add_test(tcase, replay_ends_where_the_numbers_do);
    tcase_add_test(tcase, what_does_not_fit_is_refused_and_what_just_fits_is_not);
    tcase_add_loop_test(tcase, journals_that_make_no_sense_are_refused, 0,
                        (int)(sizeof(bad_supers) / sizeof(bad_supers[0])));
    tcase_add_test(tcase, blocks_beyond_the_device_are_not_replayed);
    tcase_add_test(tcase, blocks_of_unknown_kinds_are_not_replayed);
    tcase_add_test(tcase, transactions_without_their_end_are_not_replayed);
    tcase_add_test(tcase, unfinished_journals_of_others_are_replayed_if_they_are_simple);
    suite_add_tcase(suite, tcase);
    return run_check(suite);
}
