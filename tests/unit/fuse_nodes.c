// The table of what the kernel knows of a mount: names, inodes, and how long each stays.
#include "nodes.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANY 20000u

static struct node *root;

static void setup(void)
{
    ck_assert(nodes_init());
    root = node_find(NODE_ROOT);
    ck_assert_ptr_nonnull(root);
}

static struct node *enter(struct node *parent, const char *text, uint64_t inode)
{
    struct node *node = node_enter(parent, text, inode);
    ck_assert_ptr_nonnull(node);
    ck_assert_ptr_eq(node_find(node->id), node);
    return node;
}

static void check_path(const struct node *node, const char *last, const char *expected)
{
    char *path;
    ck_assert_int_eq(node_path(node, last, &path), OK);
    ck_assert_str_eq(path, expected);
    free(path);
}

static void check_nameless(const struct node *node)
{
    char *path;
    ck_assert_int_eq(node_path(node, NULL, &path), ERR_NOT_FOUND);
}

START_TEST(paths_lead_from_the_root)
{
    struct node *dir = enter(root, "dir", 10), *below = enter(dir, "below", 11);
    check_path(root, NULL, "/");
    check_path(root, "name", "/name");
    check_path(below, NULL, "/dir/below");
    check_path(below, "name", "/dir/below/name");
    ck_assert_ptr_null(node_find(0));
    ck_assert_ptr_null(node_find(below->id + 1));
}
END_TEST

START_TEST(names_of_one_inode_are_one_node)
{
    struct node *dir = enter(root, "dir", 10), *node = enter(root, "a", 11);
    ck_assert_ptr_eq(enter(dir, "b", 11), node);
    ck_assert_uint_eq(node->lookups, 2);
    check_path(node, NULL, "/dir/b"); // the name that was seen last
    node_remove(dir, "b", false);
    check_path(node, NULL, "/a");
    node_remove(root, "a", false);
    check_nameless(node);
    ck_assert_ptr_eq(enter(root, "c", 11), node); // it is the same inode still
    check_path(node, NULL, "/c");
}
END_TEST

START_TEST(equal_names_in_different_directories_are_different)
{
    struct node *x = enter(root, "x", 10), *y = enter(root, "y", 11);
    struct node *a = enter(x, "name", 20), *b = enter(y, "name", 21);
    ck_assert_ptr_ne(a, b);
    node_remove(x, "name", true);
    check_nameless(a);
    check_path(b, NULL, "/y/name");
}
END_TEST

// So many that some are in one bucket.
START_TEST(equal_names_in_many_directories_are_different)
{
    static uint64_t ids[MANY];
    char text[16];
    for (uint64_t i = 0; i < MANY; i++) {
        snprintf(text, sizeof(text), "%u", (unsigned)i);
        ids[i] = enter(enter(root, text, 10 + i), "name", 1000000 + i)->id;
    }
    for (uint64_t i = 0; i < MANY; i++) {
        char expected[32];
        snprintf(expected, sizeof(expected), "/%u/name", (unsigned)i);
        check_path(node_find(ids[i]), NULL, expected);
    }
}
END_TEST

START_TEST(nodes_go_with_the_last_lookup)
{
    struct node *node = enter(root, "a", 10);
    uint64_t id = node->id;
    ck_assert_ptr_eq(enter(root, "a", 10), node);
    ck_assert_ptr_eq(enter(root, "a", 10), node);
    node_forget(id, 2);
    ck_assert_ptr_eq(node_find(id), node);
    check_path(node, NULL, "/a");
    node_forget(id, 1);
    ck_assert_ptr_null(node_find(id));
    ck_assert_uint_eq(root->num_within, 0);
    ck_assert_uint_ne(enter(root, "a", 10)->id, id); // a number means one node for ever
}
END_TEST

START_TEST(more_is_forgotten_than_was_looked_up)
{
    struct node *node = enter(root, "a", 10);
    uint64_t id = node->id;
    node_forget(id, UINT64_MAX);
    ck_assert_ptr_null(node_find(id));
    node_forget(id, 1);
    node_forget(NODE_ROOT, UINT64_MAX);
    ck_assert_ptr_eq(node_find(NODE_ROOT), root);
}
END_TEST

START_TEST(directories_stay_while_something_in_them_is_known)
{
    struct node *dir = enter(root, "dir", 10), *below = enter(dir, "below", 11);
    struct node *node = enter(below, "file", 12);
    uint64_t dir_id = dir->id, below_id = below->id;
    node_forget(dir_id, 1);
    node_forget(below_id, 1);
    check_path(node, NULL, "/dir/below/file");
    node_forget(node->id, 1);
    ck_assert_ptr_null(node_find(below_id));
    ck_assert_ptr_null(node_find(dir_id));
    ck_assert_uint_eq(root->num_within, 0);
}
END_TEST

START_TEST(nodes_stay_while_a_file_is_open)
{
    struct node *node = enter(root, "a", 10);
    struct file file = {.node = node};
    uint64_t id = node->id;
    list_push_back(&node->files, &file.elem);
    node_forget(id, 1);
    ck_assert_ptr_eq(node_find(id), node);
    node_remove(root, "a", true);
    ck_assert_ptr_eq(node_find(id), node);
    list_remove(&file.elem);
    node_forget(id, 0);
    ck_assert_ptr_null(node_find(id));
}
END_TEST

// Somebody else removed the file and made another of that name.
START_TEST(names_that_lead_elsewhere_leave_their_node)
{
    struct node *old = enter(root, "a", 10), *new = enter(root, "a", 20);
    ck_assert_ptr_ne(old, new);
    check_nameless(old);
    check_path(new, NULL, "/a");
    ck_assert_ptr_eq(node_find(old->id), old); // the kernel still has it
    struct node *dir = enter(root, "dir", 30);
    uint64_t dir_id = dir->id;
    enter(dir, "file", 31);
    node_forget(dir_id, 1);
    enter(dir, "file", 32); // the old name was what held the directory
    ck_assert_ptr_eq(node_find(dir_id), dir);
}
END_TEST

START_TEST(numbers_of_inodes_that_are_gone_come_again)
{
    struct node *old = enter(root, "a", 10);
    node_remove(root, "a", true);
    struct node *new = enter(root, "b", 10);
    ck_assert_ptr_ne(old, new);
    check_nameless(old);
    node_forget(old->id, 1);
    ck_assert_ptr_eq(enter(root, "c", 10), new);
    node_remove(root, "no-such-name", true);
}
END_TEST

START_TEST(renaming_takes_along_what_is_below)
{
    struct node *dir = enter(root, "dir", 10), *other = enter(root, "other", 11);
    struct node *node = enter(dir, "file", 12), *victim = enter(other, "new", 13);
    node_rename(root, "dir", other, "new");
    check_path(dir, NULL, "/other/new");
    check_path(node, NULL, "/other/new/file");
    check_nameless(victim);
    ck_assert_ptr_eq(enter(other, "new", 10), dir);
    node_rename(root, "dir", root, "elsewhere"); // that name is not there any more
    check_path(dir, NULL, "/other/new");
}
END_TEST

START_TEST(renaming_moves_one_name_of_several)
{
    struct node *node = enter(root, "a", 10);
    enter(root, "b", 10);
    node_rename(root, "a", root, "c");
    check_path(node, NULL, "/c");
    node_remove(root, "c", false);
    check_path(node, NULL, "/b");
    ck_assert_uint_eq(root->num_within, 1);
    ck_assert_uint_eq(node->lookups, 2);
}
END_TEST

START_TEST(long_paths_are_refused)
{
    char name[256], *path;
    memset(name, 'n', 255);
    name[255] = '\0';
    struct node *node = root;
    for (uint64_t i = 0; i < 15; i++)
        node = enter(node, name, 10 + i);
    ck_assert_int_eq(node_path(node, NULL, &path), OK);
    ck_assert_uint_eq(strlen(path), 15 * 256);
    free(path);
    name[254] = '\0'; // 4095 bytes in all
    ck_assert_int_eq(node_path(node, name, &path), OK);
    ck_assert_uint_eq(strlen(path), 4095);
    free(path);
    name[254] = 'n';
    ck_assert_int_eq(node_path(node, name, &path), ERR_TOO_LARGE);
}
END_TEST

START_TEST(many_are_all_found_and_all_go)
{
    static uint64_t ids[MANY];
    char text[16];
    struct node *dir = enter(root, "dir", 1000000);
    uint64_t dir_id = dir->id;
    for (uint64_t i = 0; i < MANY; i++) {
        snprintf(text, sizeof(text), "%u", (unsigned)i);
        ids[i] = enter(dir, text, 10 + i)->id;
    }
    for (uint64_t i = 0; i < MANY; i++)
        ck_assert_uint_eq(node_find(ids[i])->inode, 10 + i);
    node_forget(dir_id, 1);
    for (uint64_t i = 0; i < MANY; i++) {
        ck_assert_ptr_nonnull(node_find(dir_id));
        node_forget(ids[i * 7 % MANY], 1);
    }
    for (uint64_t i = 0; i < MANY; i++)
        ck_assert_ptr_null(node_find(ids[i]));
    ck_assert_ptr_null(node_find(dir_id));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fuse_nodes");
    TCase *tcase = tcase_create("fuse_nodes");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, paths_lead_from_the_root);
    tcase_add_test(tcase, names_of_one_inode_are_one_node);
    tcase_add_test(tcase, equal_names_in_different_directories_are_different);
    tcase_add_test(tcase, equal_names_in_many_directories_are_different);
    tcase_add_test(tcase, nodes_go_with_the_last_lookup);
    tcase_add_test(tcase, more_is_forgotten_than_was_looked_up);
    tcase_add_test(tcase, directories_stay_while_something_in_them_is_known);
    tcase_add_test(tcase, nodes_stay_while_a_file_is_open);
    tcase_add_test(tcase, names_that_lead_elsewhere_leave_their_node);
    tcase_add_test(tcase, numbers_of_inodes_that_are_gone_come_again);
    tcase_add_test(tcase, renaming_takes_along_what_is_below);
    tcase_add_test(tcase, renaming_moves_one_name_of_several);
    tcase_add_test(tcase, long_paths_are_refused);
    tcase_add_test(tcase, many_are_all_found_and_all_go);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
