// Archives of all kinds give the same tree.
#include "archivefs_support.h"
#include <unistd.h>

static const char *const NAMES[] = {"plain", "with space", "umlaut \xc3\xa4\xc3\xb6",
                                    "\xe6\x97\xa5"};

static int write_sample(const struct kind *kind)
{
    struct writer writer = writer_begin(kind);
    writer_directory(&writer, "dir/");
    for (size_t i = 0; i < 4; i++) {
        char path[64];
        snprintf(path, sizeof(path), "dir/%s", NAMES[i]);
        writer_file(&writer, path, "content", i);
    }
    writer_symlink(&writer, "link", "dir/plain");
    writer_file(&writer, "implied/below/file", "x", 1);
    return writer_end(&writer);
}

START_TEST(scan_finds_all_members)
{
    const struct kind *kind = &archive_kinds[_i];
    struct image image;
    struct scan_result scan;
    int fd = write_sample(kind);
    scan_ok(fd, &image, &scan);
    ck_assert_uint_eq(scan.num_skipped, 0);
    for (size_t i = 0; i < 4; i++) {
        char path[64];
        snprintf(path, sizeof(path), "/dir/%s", NAMES[i]);
        ck_assert_uint_eq(must_find(scan.index, path)->size, i);
    }
    ck_assert_int_eq(must_find(scan.index, "/implied/below")->kind, INDEX_DIRECTORY);
    ck_assert_uint_eq(must_find(scan.index, "/implied/below/file")->size, 1);
    ck_assert_uint_eq(must_find(scan.index, "/link")->size, 0);
    ck_assert_int_eq(must_find(scan.index, "/dir")->kind, INDEX_DIRECTORY);
    ck_assert_uint_eq(scan.index->nodes[0].num_children, 3);
    index_free(scan.index);
    image_close(&image);
    close(fd);
}
END_TEST

START_TEST(scan_keeps_names_that_are_not_utf8)
{
    struct image image;
    struct scan_result scan;
    struct writer writer =
        writer_begin(&(struct kind){"ustar", ARCHIVE_FORMAT_TAR_GNUTAR, ARCHIVE_FILTER_NONE});
    writer_file(&writer, "caf\xe9/\xff\xfe", "abc", 3);
    int fd = writer_end(&writer);
    scan_ok(fd, &image, &scan);
    ck_assert_uint_eq(must_find(scan.index, "/caf\xe9/\xff\xfe")->size, 3);
    index_free(scan.index);
    image_close(&image);
    close(fd);
}
END_TEST

START_TEST(scan_tidies_names_and_lets_the_last_win)
{
    struct image image;
    struct scan_result scan;
    struct writer writer = writer_begin(&archive_kinds[0]);
    writer_file(&writer, "./a//b", "1", 1);
    writer_file(&writer, "/a/b", "22", 2);
    writer_file(&writer, "../../c", "333", 3);
    writer_hardlink(&writer, "hard", "a/b");
    writer_hardlink(&writer, "dangling", "nothing");
    int fd = writer_end(&writer);
    scan_ok(fd, &image, &scan);
    ck_assert_uint_eq(scan.num_skipped, 1);
    ck_assert_uint_eq(must_find(scan.index, "/a/b")->size, 2);
    ck_assert_uint_eq(must_find(scan.index, "/c")->size, 3);
    ck_assert_uint_eq(must_find(scan.index, "/hard")->size, 2);
    index_free(scan.index);
    image_close(&image);
    close(fd);
}
END_TEST

static void add(TCase *cases)
{
    tcase_add_loop_test(cases, scan_finds_all_members, 0, NUM_ARCHIVE_KINDS);
    tcase_add_test(cases, scan_keeps_names_that_are_not_utf8);
    tcase_add_test(cases, scan_tidies_names_and_lets_the_last_win);
}

int main(void)
{
    return run_suite("archivefs_scan", add);
}
