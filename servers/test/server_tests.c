// Tests of the servers of the base system.
#include <config.h>
#include <idl/blk.h>
#include <idl/random.h>
#include <idl/rtc.h>
#include <idl/time.h>
#include <message.h>
#include <resea/datetime.h>
#include <resea/ipc.h>
#include <stdlib.h>
#include <string.h>
#include "test.h"

static void random_numbers_differ(void)
{
    uint32_t numbers[4];
    task_t server = ipc_lookup("random");
    EXPECT(server > 0);
    for (int i = 0; i < 4; i++)
        EXPECT_OK(random_get_random(server, &numbers[i]));
    EXPECT(numbers[0] != numbers[1] || numbers[1] != numbers[2] || numbers[2] != numbers[3]);
}

static void clock_and_calendar_agree(void)
{
    struct datetime date = {0};
    uint64_t before, after;
    task_t rtc = ipc_lookup("rtc"), time = ipc_lookup("time");
    EXPECT(rtc > 0 && time > 0);
    EXPECT_OK(time_gettimeofday(time, &before));
    EXPECT_OK(rtc_read(rtc, &date.year, &date.month, &date.day, &date.day_of_week, &date.hour,
                       &date.minute, &date.second));
    EXPECT_OK(time_gettimeofday(time, &after));
    uint64_t stamp = datetime_to_timestamp(&date);
    EXPECT(before <= stamp && stamp <= after);

    struct datetime again;
    timestamp_to_datetime(stamp, &again);
    EXPECT(again.day_of_week == date.day_of_week && again.day == date.day);
}

static void disk_keeps_what_was_written(void)
{
    uint8_t sectors[3 * 512];
    void *data;
    size_t len;
    task_t disk = ipc_lookup("blk");
    EXPECT(disk > 0);
    for (size_t i = 0; i < sizeof(sectors); i++)
        sectors[i] = (uint8_t)(i * 13);
    EXPECT_OK(blk_write(disk, 5, sectors, sizeof(sectors)));
    EXPECT_OK(blk_read(disk, 4, 5, &data, &len));
    const uint8_t *bytes = data;
    bool same = len == 5 * 512 && memcmp(&bytes[512], sectors, sizeof(sectors)) == 0 &&
                bytes[0] == 0 && bytes[5 * 512 - 1] == 0;
    free(data);
    EXPECT(same);
}

static void disk_refuses_what_is_not_on_it(void)
{
    uint8_t sector[512] = {0};
    void *data;
    size_t len;
    task_t disk = ipc_lookup("blk");
    EXPECT(disk > 0);
    EXPECT_ERR(blk_write(disk, 0, sector, 511), ERR_INVALID_ARG);
    EXPECT_ERR(blk_write(disk, UINT64_MAX, sector, 512), ERR_INVALID_ARG);
    EXPECT_ERR(blk_write(disk, UINT64_MAX / 512, sector, 512), ERR_INVALID_ARG);
    EXPECT_ERR(blk_read(disk, 1, UINT64_MAX, &data, &len), ERR_INVALID_ARG);
    EXPECT_ERR(blk_read(disk, UINT64_MAX, 1, &data, &len), ERR_INVALID_ARG);
    EXPECT_OK(blk_read(disk, 0, 0, &data, &len));
    free(data);
    EXPECT(len == 0);
}

static void disk_forgets_what_is_discarded(void)
{
    enum { SECTORS = 40 }; // some whole pages, and sectors before and after them
    static uint8_t ones[SECTORS * 512];
    void *data;
    size_t len;
    task_t disk = ipc_lookup("blk");
    EXPECT(disk > 0);
    memset(ones, 0xff, sizeof(ones));
    EXPECT_OK(blk_write(disk, 100, ones, sizeof(ones)));
    EXPECT_OK(blk_flush(disk));
    EXPECT_OK(blk_discard(disk, 101, SECTORS - 2));
    EXPECT_OK(blk_read(disk, 100, SECTORS, &data, &len));
    const uint8_t *bytes = data;
    size_t num_zeros = 0;
    for (size_t i = 512; i + 512 < len; i++)
        num_zeros += bytes[i] == 0;
    bool around = len == sizeof(ones) && !memcmp(bytes, ones, 512) &&
                  !memcmp(&bytes[sizeof(ones) - 512], ones, 512);
    free(data);
    EXPECT(around);
    EXPECT(num_zeros == (SECTORS - 2) * 512);
    EXPECT_OK(blk_discard(disk, 0, 0));
}

static void disk_says_what_it_is(void)
{
    offset_t num_sectors = 0;
    unsigned sector_size = 0, block_size = 0;
    bool read_only = true;
    void *data;
    size_t len;
    task_t disk = ipc_lookup("blk");
    EXPECT(disk > 0);
    EXPECT_OK(blk_info(disk, &num_sectors, &sector_size, &block_size, &read_only));
    EXPECT(sector_size == BLK_SECTOR_SIZE && block_size % sector_size == 0 && block_size > 0);
    EXPECT(!read_only);
    EXPECT_OK(blk_read(disk, num_sectors - 1, 1, &data, &len));
    free(data);
    EXPECT_ERR(blk_read(disk, num_sectors, 1, &data, &len), ERR_INVALID_ARG);
    EXPECT_ERR(blk_discard(disk, num_sectors, 1), ERR_INVALID_ARG);
    EXPECT_ERR(blk_discard(disk, 1, UINT64_MAX), ERR_INVALID_ARG);
}

const struct test server_tests[] = {
    {"random numbers differ", random_numbers_differ},
    {"clock and calendar agree", clock_and_calendar_agree},
    {"a disk keeps what was written", disk_keeps_what_was_written},
    {"a disk refuses what is not on it", disk_refuses_what_is_not_on_it},
    {"a disk forgets what is discarded", disk_forgets_what_is_discarded},
    {"a disk says what it is", disk_says_what_it_is},
    {0},
};
