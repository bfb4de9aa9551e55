// Tests the tree: implied directories, duplicates, links.
#include "archivefs_support.h"
#include <string.h>

static struct index *tree;

static void setup(void)
{
    tree = index_create();
    ck_assert_ptr_nonnull(tree);
}

static void teardown(void)
{
    index_free(tree);
}

static error_t put(enum index_kind kind, const char *path, const char *target, uint64_t size)
{
    struct member member = {
        .path = path,
        .inode = {.kind = kind, .size = size, .direct_at = INODE_NOT_DIRECT, .target = target},
    };
    return index_add(tree, &member);
}

static void put_file(const char *path, uint64_t size)
{
    ck_assert_int_eq(put(INDEX_FILE, path, NULL, size), OK);
}

static void put_link(const char *path, const char *target)
{
    ck_assert_int_eq(put(INDEX_SYMLINK, path, target, 0), OK);
}

static void put_hardlink(const char *path, const char *target, uint64_t size)
{
    struct member member = {
        .path = path,
        .hardlink = target,
        .has_data = size > 0,
        .inode = {.kind = INDEX_FILE, .size = size, .direct_at = INODE_NOT_DIRECT},
    };
    ck_assert_int_eq(index_add(tree, &member), OK);
}

static bool exists(const char *path)
{
    uint32_t node;
    return index_find(tree, path, true, &node) == OK;
}

START_TEST(index_makes_implied_directories)
{
    put_file("a/b/c", 1);
    ck_assert_int_eq(index_finish(tree), 0);
    ck_assert_int_eq(must_find(tree, "/a/b")->kind, INDEX_DIRECTORY);
    ck_assert_int_eq(must_find(tree, "a//b/./c")->kind, INDEX_FILE);
    ck_assert(!exists("/a/b/d"));
    ck_assert(!exists("/a/b/c/d"));
    ck_assert(!exists("/a/b/c/"));
    ck_assert(!exists("/a/b/c/."));
    ck_assert(exists("/a/b/"));
}
END_TEST

START_TEST(index_lists_children_in_name_order)
{
    put_file("z", 1);
    put_file("dir/x", 1);
    put_file("a", 1);
    ck_assert_int_eq(index_finish(tree), 0);
    ck_assert_uint_eq(tree->nodes[0].num_children, 3);
    static const char *const names[] = {"a", "dir", "z"};
    for (uint32_t k = 0; k < 3; k++)
        ck_assert_str_eq(tree->nodes[index_child(tree, 0, k)].name, names[k]);
}
END_TEST

START_TEST(index_lets_the_last_member_win)
{
    put_file("a", 1);
    put_file("a", 2);
    put_file("file/below", 3); // makes "file" a directory
    put_file("file", 4);       // makes it a file again, and removes the entries below it
    put_file("dir/below", 5);
    ck_assert_int_eq(put(INDEX_DIRECTORY, "dir/", NULL, 0), OK); // keeps the entries below it
    ck_assert_int_eq(index_finish(tree), 1);
    ck_assert_uint_eq(must_find(tree, "a")->size, 2);
    ck_assert_uint_eq(must_find(tree, "file")->size, 4);
    ck_assert(!exists("file/below"));
    ck_assert(exists("dir/below"));
    ck_assert_uint_eq(tree->nodes[0].num_children, 3);
}
END_TEST

START_TEST(index_follows_links_inside_only)
{
    put_file("dir/file", 7);
    put_link("relative", "dir/file");
    put_link("dir/up", "../dir/file");
    put_link("absolute", "/dir");
    put_link("escape", "../../../../dir/file");
    put_link("outside", "/etc/passwd");
    put_link("dir/self", ".");
    ck_assert_int_eq(index_finish(tree), 0);
    static const char *const found[] = {"relative",        "dir/up",        "absolute/file",
                                        "escape",          "dir/self/file", "absolute/self/up",
                                        "/../../relative", "absolute/.."};
    for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++)
        ck_assert_msg(exists(found[i]), "%s", found[i]);
    ck_assert(!exists("outside"));
    ck_assert(!exists("relative/"));

    uint32_t node;
    ck_assert_int_eq(index_find(tree, "absolute", false, &node), OK);
    ck_assert_int_eq(index_inode(tree, node)->kind, INDEX_SYMLINK);
    ck_assert_uint_eq(index_inode(tree, node)->size, 4);
    ck_assert_int_eq(index_find(tree, "absolute/", false, &node), OK);
    ck_assert_int_eq(index_inode(tree, node)->kind, INDEX_DIRECTORY);
}
END_TEST

START_TEST(index_ends_loops_of_links)
{
    put_link("a", "b");
    put_link("b", "a");
    put_link("c", "c/c/c");
    put_link("empty", "");
    ck_assert_int_eq(index_finish(tree), 0);
    ck_assert(!exists("a"));
    ck_assert(!exists("c"));
    ck_assert(!exists("c/c"));
    ck_assert(!exists("empty"));
}
END_TEST

START_TEST(index_shares_inodes_of_hard_links)
{
    put_file("a", 5);
    put_hardlink("b", "./a", 0);
    put_hardlink("late", "dir/target", 0);
    put_file("dir/target", 6);
    put_hardlink("nowhere", "nothing", 0);
    put_hardlink("itself", "itself", 0);
    ck_assert_int_eq(index_finish(tree), 2);
    ck_assert_ptr_eq(must_find(tree, "a"), must_find(tree, "b"));
    ck_assert_ptr_eq(must_find(tree, "late"), must_find(tree, "dir/target"));
    ck_assert(!exists("nowhere"));
    ck_assert(!exists("itself"));
    ck_assert_uint_eq(tree->nodes[0].num_children, 4);
}
END_TEST

// Hard links that form a cycle are dropped. Links that lead to a file are kept.
START_TEST(index_drops_hard_links_that_lead_to_themselves)
{
    put_hardlink("twice", "twice", 0);
    put_hardlink("twice", "twice", 0);
    put_hardlink("a", "b", 0);
    put_hardlink("b", "c", 0);
    put_hardlink("c", "b", 0);
    put_hardlink("x", "y", 0);
    put_hardlink("y", "z", 0);
    put_file("z", 3);
    ck_assert_int_eq(index_finish(tree), 4);
    static const char *const gone[] = {"twice", "a", "b", "c"};
    for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
        ck_assert_msg(!exists(gone[i]), "%s", gone[i]);
    ck_assert_ptr_eq(must_find(tree, "x"), must_find(tree, "z"));
    ck_assert_ptr_eq(must_find(tree, "y"), must_find(tree, "z"));
}
END_TEST

// The time must grow with the number of links only: a walk for each link would take minutes.
START_TEST(index_follows_a_long_chain_of_hard_links)
{
    enum { NUM = 100000 };
    char path[16], target[16];
    for (int i = 0; i < NUM; i++) {
        snprintf(path, sizeof(path), "f%d", i);
        snprintf(target, sizeof(target), "f%d", _i ? (i + 1) % NUM : i + 1);
        put_hardlink(path, target, 0);
    }
    if (!_i)
        put_file(target, 7);
    ck_assert_int_eq(index_finish(tree), _i ? NUM : 0);
    if (!_i)
        ck_assert_uint_eq(must_find(tree, "f0")->size, 7);
}
END_TEST

START_TEST(index_takes_content_from_the_hard_link_that_has_it)
{
    put_file("first", 0);
    put_hardlink("last", "first", 9);
    ck_assert_int_eq(index_finish(tree), 0);
    ck_assert_uint_eq(must_find(tree, "first")->size, 9);
    ck_assert_uint_eq(must_find(tree, "last")->size, 9);
}
END_TEST

START_TEST(index_keeps_content_that_was_linked_before_it_was_replaced)
{
    put_file("a", 1);
    put_hardlink("old", "a", 0);
    put_file("a", 2);
    ck_assert_int_eq(index_finish(tree), 0);
    ck_assert_uint_eq(must_find(tree, "old")->size, 1);
    ck_assert_uint_eq(must_find(tree, "a")->size, 2);
}
END_TEST

START_TEST(index_refuses_long_paths)
{
    static char path[PATH_LEN_MAX * 2];
    uint32_t node;
    for (size_t i = 0; i < sizeof(path) - 2; i += 2)
        memcpy(&path[i], "a/", 2);
    ck_assert_int_eq(put(INDEX_FILE, path, NULL, 0), ERR_TOO_LARGE);
    ck_assert_int_eq(put(INDEX_SYMLINK, "dir/link", path, 0), ERR_TOO_LARGE);
    struct member hard = {.path = "dir/hard", .hardlink = path, .inode = {.kind = INDEX_FILE}};
    ck_assert_int_eq(index_add(tree, &hard), ERR_TOO_LARGE);
    ck_assert_int_eq(index_finish(tree), 0);
    ck_assert_int_eq(index_find(tree, path, true, &node), ERR_TOO_LARGE);
    ck_assert_uint_eq(tree->nodes[0].num_children, 0);
}
END_TEST

START_TEST(index_refuses_names_of_nothing)
{
    static const char *const names[] = {"", ".", "..", "/", "a/..", "./"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        ck_assert_int_eq(put(INDEX_FILE, names[i], NULL, 0), ERR_NOT_ACCEPTABLE);
        ck_assert_int_eq(put(INDEX_SYMLINK, names[i], "x", 0), ERR_NOT_ACCEPTABLE);
        ck_assert_int_eq(put(INDEX_DIRECTORY, names[i], NULL, 0), OK);
    }
    ck_assert_int_eq(index_finish(tree), 0);
    ck_assert_uint_eq(tree->num_nodes, 1);
}
END_TEST

START_TEST(index_writes_paths)
{
    char path[64];
    uint32_t node;
    put_file("a/b/c", 1);
    ck_assert_int_eq(index_finish(tree), 0);
    ck_assert_int_eq(index_find(tree, "a/b/c", true, &node), OK);
    index_path(tree, &tree->nodes[node], path, sizeof(path));
    ck_assert_str_eq(path, "/a/b/c");
}
END_TEST

START_TEST(index_holds_many_members)
{
    for (int i = 0; i < 20000; i++) {
        char path[64];
        snprintf(path, sizeof(path), "d%d/f%d", i % 100, i);
        put_file(path, (uint64_t)i);
    }
    ck_assert_int_eq(index_finish(tree), 0);
    for (int i = 0; i < 20000; i++) {
        char path[64];
        snprintf(path, sizeof(path), "/d%d/f%d", i % 100, i);
        ck_assert_uint_eq(must_find(tree, path)->size, (uint64_t)i);
    }
}
END_TEST

static void add(TCase *cases)
{
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, index_makes_implied_directories);
    tcase_add_test(cases, index_lists_children_in_name_order);
    tcase_add_test(cases, index_lets_the_last_member_win);
    tcase_add_test(cases, index_follows_links_inside_only);
    tcase_add_test(cases, index_ends_loops_of_links);
    tcase_add_test(cases, index_shares_inodes_of_hard_links);
    tcase_add_test(cases, index_drops_hard_links_that_lead_to_themselves);
    tcase_add_loop_test(cases, index_follows_a_long_chain_of_hard_links, 0, 2);
    tcase_add_test(cases, index_takes_content_from_the_hard_link_that_has_it);
    tcase_add_test(cases, index_keeps_content_that_was_linked_before_it_was_replaced);
    tcase_add_test(cases, index_refuses_long_paths);
    tcase_add_test(cases, index_refuses_names_of_nothing);
    tcase_add_test(cases, index_writes_paths);
    tcase_add_test(cases, index_holds_many_members);
}

int main(void)
{
    return run_suite("archivefs_index", add);
}
