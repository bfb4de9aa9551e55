// Dates: the week begins with Sunday, which is day 1, also for the clock's server.
#include <resea/datetime.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <unittest.h>

static void test_date(uint64_t stamp, uint32_t year, int month, int day, int day_of_week)
{
    struct datetime datetime;
    timestamp_to_datetime(stamp, &datetime);
    TEST_EXPECT_EQ(datetime.year, year);
    TEST_EXPECT_EQ(datetime.month, month);
    TEST_EXPECT_EQ(datetime.day, day);
    TEST_EXPECT_EQ(datetime.day_of_week, day_of_week);
    TEST_EXPECT_EQ(datetime_to_timestamp(&datetime), stamp);
}

void main(void)
{
    test_date(0, 1970, 1, 1, 5);
    test_date(3 * 86400, 1970, 1, 4, 1);
    test_date(2 * 86400, 1970, 1, 3, 7);
    test_date(1709164800, 2024, 2, 29, 5);

    struct message m;
    m.type = RTC_READ_MSG;
    ASSERT_OK(ipc_call(ipc_lookup("rtc"), &m));
    struct datetime now = {
        .year = m.rtc_read_reply.year,
        .month = m.rtc_read_reply.month,
        .day = m.rtc_read_reply.day,
    };
    struct datetime again;
    timestamp_to_datetime(datetime_to_timestamp(&now), &again);
    TEST_EXPECT_EQ(m.rtc_read_reply.day_of_week, again.day_of_week);
}
