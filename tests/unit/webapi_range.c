// Tests the Range header.
#include <check.h>
#include <stdlib.h>
#include "range.h"
#include "run_tests.h"

START_TEST(ranges_are_read)
{
    static const struct {
        const char *value;
        uint64_t size;
        enum range_result result;
        uint64_t first, len;
    } rows[] = {
        {"bytes=0-0", 100, RANGE_PART, 0, 1},
        {"bytes=0-99", 100, RANGE_PART, 0, 100},
        {"bytes=10-", 100, RANGE_PART, 10, 90},
        {"bytes=-10", 100, RANGE_PART, 90, 10},
        {"bytes=-1000", 100, RANGE_PART, 0, 100},
        {"bytes=90-1000", 100, RANGE_PART, 90, 10},
        {" BYTES= 1-2 ", 100, RANGE_PART, 1, 2},
        {"bytes=99-", 100, RANGE_PART, 99, 1},
        {"bytes=100-", 100, RANGE_NOT_POSSIBLE, 0, 0},
        {"bytes=0-", 0, RANGE_NOT_POSSIBLE, 0, 0},
        {"bytes=-0", 100, RANGE_NOT_POSSIBLE, 0, 0},
        {"bytes=-5", 0, RANGE_NOT_POSSIBLE, 0, 0},
        {"bytes=0-18446744073709551614", 100, RANGE_NONE, 0, 0},
        {"bytes=0-99999999999999999999", 100, RANGE_NONE, 0, 0},
        {"bytes=5-4", 100, RANGE_NONE, 0, 0},
        {"bytes=0-1,3-4", 100, RANGE_NONE, 0, 0},
        {"bytes=", 100, RANGE_NONE, 0, 0},
        {"bytes=-", 100, RANGE_NONE, 0, 0},
        {"bytes=a-b", 100, RANGE_NONE, 0, 0},
        {"lines=1-2", 100, RANGE_NONE, 0, 0},
        {"", 100, RANGE_NONE, 0, 0},
        {"bytes=0-0", UINT64_MAX, RANGE_PART, 0, 1},
        {"bytes=1-", UINT64_MAX, RANGE_PART, 1, UINT64_MAX - 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t first = 0, len = 0;
        enum range_result result = range_parse(rows[i].value, rows[i].size, &first, &len);
        ck_assert_msg(result == rows[i].result, "%s", rows[i].value);
        if (result == RANGE_PART)
            ck_assert_msg(first == rows[i].first && len == rows[i].len, "%s", rows[i].value);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("webapi_range");
    TCase *tcase = tcase_create("webapi_range");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, ranges_are_read);
    return run_check(suite);
}
