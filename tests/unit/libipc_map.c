// Tests libipc/map.h: receive memory is released in pieces, and each piece is free at once.

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <oolong/wire.h>
#include "run_tests.h"
#include "map.h"

#define OOL_LEN (20u << 20)
#define PAGE    4096u

static int fd = -1;
static uint8_t *memory;
static size_t len;

// Makes receive memory and uses each of its pages. As in vm, there is a mapping and no descriptor;
// only the test keeps one, to count the pages.
static void set_up(void)
{
    len = ool_landing_len(OOL_LEN);
    fd = memfd_create("landing", MFD_CLOEXEC);
    ck_assert_int_eq(ftruncate(fd, (off_t)len), 0);
    memory = map_landing(dup(fd), OOL_LEN);
    ck_assert_ptr_nonnull(memory);
    for (size_t at = 0; at < len; at += PAGE)
        memory[at] = 1;
}

static size_t bytes_in_use(void)
{
    struct stat st;
    ck_assert_int_eq(fstat(fd, &st), 0);
    return (size_t)st.st_blocks * 512;
}

START_TEST(nothing_happens_before_the_first_piece)
{
    set_up();
    map_release(memory, len);
    ck_assert(map_release_is_pending());
    ck_assert_uint_eq(bytes_in_use(), len);
    ck_assert_uint_eq(memory[len - PAGE], 1);
}
END_TEST

START_TEST(each_call_frees_a_piece)
{
    unsigned num_pieces = 0;
    set_up();
    map_release(memory, len);
    for (size_t left = len; left > 0;) {
        ck_assert(map_release_is_pending());
        map_release_piece();
        num_pieces++;
        left -= MIN(left, MAP_PIECE);
        ck_assert_uint_eq(bytes_in_use(), left);
        if (left > 0) // the rest is still mapped
            ck_assert_uint_eq(memory[left - PAGE], 1);
    }
    ck_assert_uint_eq(num_pieces, (len + MAP_PIECE - 1) / MAP_PIECE);
    ck_assert(!map_release_is_pending());
    map_release_piece(); // does nothing
}
END_TEST

START_TEST(the_memory_of_several_tasks_is_given_back)
{
    set_up();
    map_release(memory, len);
    // More than the queue of later releases can hold.
    for (unsigned i = 0; i < 2 * CONFIG_NUM_TASKS; i++) {
        int other = memfd_create("landing", MFD_CLOEXEC);
        ck_assert_int_eq(ftruncate(other, (off_t)ool_landing_len(1)), 0);
        void *landing = map_landing(other, 1);
        ck_assert_ptr_nonnull(landing);
        map_release(landing, ool_landing_len(1));
    }
    while (map_release_is_pending())
        map_release_piece();
    ck_assert_uint_eq(bytes_in_use(), 0);
}
END_TEST

RUN_TESTS("map", nothing_happens_before_the_first_piece, each_call_frees_a_piece,
          the_memory_of_several_tasks_is_given_back)
