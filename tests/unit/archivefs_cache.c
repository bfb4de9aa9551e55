// Tests the cache of contents.
#include "archivefs_support.h"
#include "cache.h"
#include <string.h>

START_TEST(cache_gives_back_what_was_put)
{
    size_t len;
    struct cache *cache = cache_create(100);
    cache_put(cache, 1, "one", 3);
    cache_put(cache, 2, "", 0);
    const void *found = cache_get(cache, 1, &len);
    ck_assert_ptr_nonnull(found);
    ck_assert_uint_eq(len, 3);
    ck_assert_mem_eq(found, "one", 3);
    ck_assert_ptr_nonnull(cache_get(cache, 2, &len));
    ck_assert_uint_eq(len, 0);
    ck_assert_ptr_null(cache_get(cache, 3, &len));

    cache_put(cache, 1, "other", 5);
    ck_assert_mem_eq(cache_get(cache, 1, &len), "other", 5);
    cache_free(cache);
}
END_TEST

START_TEST(cache_drops_the_longest_unused)
{
    size_t len;
    char data[40] = {0};
    struct cache *cache = cache_create(100);
    cache_put(cache, 1, data, 40);
    cache_put(cache, 2, data, 40);
    ck_assert_ptr_nonnull(cache_get(cache, 1, &len));
    cache_put(cache, 3, data, 40);
    ck_assert_ptr_null(cache_get(cache, 2, &len));
    ck_assert_ptr_nonnull(cache_get(cache, 1, &len));
    ck_assert_ptr_nonnull(cache_get(cache, 3, &len));
    cache_free(cache);
}
END_TEST

START_TEST(cache_does_not_keep_what_is_over_its_bound)
{
    size_t len;
    char data[101] = {0};
    struct cache *cache = cache_create(100);
    cache_put(cache, 1, data, 100);
    ck_assert_ptr_nonnull(cache_get(cache, 1, &len));
    cache_put(cache, 1, data, 101);
    ck_assert_ptr_null(cache_get(cache, 1, &len));
    cache_free(cache);
}
END_TEST

START_TEST(cache_holds_many)
{
    size_t len;
    struct cache *cache = cache_create(8 * 10000);
    for (uint64_t i = 0; i < 20000; i++)
        cache_put(cache, i * 65536, &i, sizeof(i));
    for (uint64_t i = 0; i < 10000; i++)
        ck_assert_ptr_null(cache_get(cache, i * 65536, &len));
    for (uint64_t i = 10000; i < 20000; i++)
        ck_assert_mem_eq(cache_get(cache, i * 65536, &len), &i, sizeof(i));
    cache_free(cache);
}
END_TEST

static void add(TCase *cases)
{
    tcase_add_test(cases, cache_gives_back_what_was_put);
    tcase_add_test(cases, cache_drops_the_longest_unused);
    tcase_add_test(cases, cache_does_not_keep_what_is_over_its_bound);
    tcase_add_test(cases, cache_holds_many);
}

int main(void)
{
    return run_suite("archivefs_cache", add);
}
