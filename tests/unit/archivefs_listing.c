// Packed directory listings.
#include "archivefs_support.h"
#include "listing.h"
#include <stdlib.h>
#include <string.h>

static struct index *make_tree(unsigned num_files)
{
    struct index *tree = index_create();
    for (unsigned i = 0; i < num_files; i++) {
        char path[32];
        snprintf(path, sizeof(path), "file%04u", i);
        struct member member = {
            .path = path,
            .inode = {.kind = INDEX_FILE, .size = i, .mode = 0644, .mtime = -1},
        };
        ck_assert_int_eq(index_add(tree, &member), OK);
    }
    ck_assert_int_eq(index_finish(tree), 0);
    return tree;
}

START_TEST(listing_packs_records)
{
    static const uint8_t expected[] = "\1\0\0\0\0\0\0\0"
                                      "\xff\xff\xff\xff\xff\xff\xff\xff"
                                      "\xa4\1\0\0"
                                      "\1"
                                      "file0001";
    struct index *tree = make_tree(2);
    void *entries;
    size_t len;
    uint32_t next;
    ck_assert_int_eq(listing_pack(tree, 0, 1, 1000, &entries, &len, &next), OK);
    ck_assert_uint_eq(len, sizeof(expected));
    ck_assert_mem_eq(entries, expected, sizeof(expected));
    ck_assert_uint_eq(next, 0);
    free(entries);
    index_free(tree);
}
END_TEST

START_TEST(listing_goes_on_where_it_ended)
{
    struct index *tree = make_tree(100);
    uint32_t first = 0, num_calls = 0;
    size_t total = 0;
    do {
        void *entries;
        size_t len;
        uint32_t next;
        ck_assert_int_eq(listing_pack(tree, 0, first, 100, &entries, &len, &next), OK);
        ck_assert_uint_le(len, 100);
        ck_assert(next == 0 || next == first + 3);
        total += len;
        first = next;
        num_calls++;
        free(entries);
    } while (first != 0);
    ck_assert_uint_eq(total, 100 * (21 + 9));
    ck_assert_uint_eq(num_calls, 34);
    index_free(tree);
}
END_TEST

START_TEST(listing_packs_at_least_one)
{
    struct index *tree = make_tree(2);
    void *entries;
    size_t len;
    uint32_t next;
    ck_assert_int_eq(listing_pack(tree, 0, 0, 1, &entries, &len, &next), OK);
    ck_assert_uint_eq(len, 30);
    ck_assert_uint_eq(next, 1);
    free(entries);
    ck_assert_int_eq(listing_pack(tree, 0, UINT32_MAX, 1, &entries, &len, &next), OK);
    ck_assert_uint_eq(len, 0);
    ck_assert_uint_eq(next, 0);
    free(entries);
    index_free(tree);
}
END_TEST

static void add(TCase *cases)
{
    tcase_add_test(cases, listing_packs_records);
    tcase_add_test(cases, listing_goes_on_where_it_ended);
    tcase_add_test(cases, listing_packs_at_least_one);
}

int main(void)
{
    return run_suite("archivefs_listing", add);
}
