// Tests blkbench's histogram of latencies: the error of a quantile is at most the width of its
// bucket.
#include "hist.h"
#include "run_tests.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct hist hist;

START_TEST(every_latency_is_found_again_within_an_eighth)
{
    for (unsigned bit = 0; bit < 64; bit++) {
        for (uint64_t step = 0; step < 16; step++) {
            uint64_t ns = (1ull << bit) + ((1ull << bit) >> 4) * step;
            memset(&hist, 0, sizeof(hist));
            hist_add(&hist, ns);
            ck_assert_uint_eq(hist_total(&hist), 1);
            uint64_t got = hist_quantile(&hist, 500);
            uint64_t off = got > ns ? got - ns : ns - got;
            ck_assert_msg(off <= ns / 8, "%llu is told as %llu", (unsigned long long)ns,
                          (unsigned long long)got);
        }
    }
    memset(&hist, 0, sizeof(hist));
    hist_add(&hist, 0);
    hist_add(&hist, UINT64_MAX);
    ck_assert_uint_eq(hist_total(&hist), 2);
}
END_TEST

START_TEST(quantiles_are_of_all_that_were_merged)
{
    static struct hist more;
    memset(&hist, 0, sizeof(hist));
    ck_assert_uint_eq(hist_quantile(&hist, 500), 0);
    for (unsigned i = 1; i <= 990; i++)
        hist_add(&hist, 1000);
    for (unsigned i = 1; i <= 10; i++)
        hist_add(&more, 1000000);
    hist_merge(&hist, &more);
    ck_assert_uint_eq(hist_total(&hist), 1000);
    ck_assert_uint_lt(hist_quantile(&hist, 500), 1130);
    ck_assert_uint_lt(hist_quantile(&hist, 990), 1130);
    ck_assert_uint_gt(hist_quantile(&hist, 991), 880000);
    ck_assert_uint_lt(hist_quantile(&hist, 1000), 1130000);
}
END_TEST

RUN_TESTS("blkbench_hist", every_latency_is_found_again_within_an_eighth,
          quantiles_are_of_all_that_were_merged)
