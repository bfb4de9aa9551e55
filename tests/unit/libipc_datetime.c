// Compares <resea/datetime.h> with the C library's gmtime() and timegm().

#include <resea/datetime.h>
#include <stdbool.h>
#include <time.h>
#include "run_tests.h"

// The loop uses plain comparisons, because Check reports each assertion to its parent process,
// which is slow.
static void check_timestamp(uint64_t epoch)
{
    struct datetime date;
    time_t seconds = (time_t)epoch;
    struct tm tm;
    bool good = gmtime_r(&seconds, &tm);
    timestamp_to_datetime(epoch, &date);
    good = good && date.year == (unsigned)tm.tm_year + 1900 && date.month == tm.tm_mon + 1 &&
           date.day == tm.tm_mday && date.day_of_week == tm.tm_wday + 1 &&
           date.hour == tm.tm_hour && date.minute == tm.tm_min && date.second == tm.tm_sec;
    if (!good || datetime_to_timestamp(&date) != epoch || timegm(&tm) != seconds)
        ck_abort_msg("%llu is not %u-%u-%u %u:%u:%u", (unsigned long long)epoch, date.year,
                     date.month, date.day, date.hour, date.minute, date.second);
}

START_TEST(every_day_of_five_centuries)
{
    for (uint64_t day = 0; day < 500 * 366; day++) {
        check_timestamp(day * 86400);
        check_timestamp(day * 86400 + 86399);
        check_timestamp(day * 86400 + day * 7919 % 86400);
    }
}
END_TEST

START_TEST(far_years)
{
    for (uint64_t epoch = 1; epoch < (uint64_t)1 << 50; epoch = epoch * 3 + 86399)
        check_timestamp(epoch);
}
END_TEST

START_TEST(known_dates)
{
    static const struct {
        uint64_t epoch;
        struct datetime date;
    } table[] = {
        {0, {1970, 1, 1, 5, 0, 0, 0}},
        {951782400, {2000, 2, 29, 3, 0, 0, 0}},
        {951868800, {2000, 3, 1, 4, 0, 0, 0}},
        {1709251199, {2024, 2, 29, 5, 23, 59, 59}},
        {4107542400, {2100, 3, 1, 2, 0, 0, 0}}, // 2100 is no leap year
        {4294967296, {2106, 2, 7, 1, 6, 28, 16}},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct datetime date = table[i].date;
        ck_assert_uint_eq(datetime_to_timestamp(&date), table[i].epoch);
        timestamp_to_datetime(table[i].epoch, &date);
        ck_assert_uint_eq(date.year, table[i].date.year);
        ck_assert_uint_eq(date.month, table[i].date.month);
        ck_assert_uint_eq(date.day, table[i].date.day);
        ck_assert_uint_eq(date.day_of_week, table[i].date.day_of_week);
    }
}
END_TEST

START_TEST(what_is_before_1970_or_no_month_is_0)
{
    struct datetime date = {1969, 12, 31, 0, 23, 59, 59};
    ck_assert_uint_eq(datetime_to_timestamp(&date), 0);
    date = (struct datetime){2020, 0, 1, 0, 0, 0, 0};
    ck_assert_uint_eq(datetime_to_timestamp(&date), 0);
    date.month = 13;
    ck_assert_uint_eq(datetime_to_timestamp(&date), 0);
}
END_TEST

RUN_TESTS("datetime", every_day_of_five_centuries, far_years, known_dates,
          what_is_before_1970_or_no_month_is_0)
