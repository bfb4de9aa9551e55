// Conversion between dates and seconds since 1970. Days are counted from 0000-03-01, so that the
// leap day is a year's last: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".

#include <resea/datetime.h>

#define DAYS_TO_1970   719468 // from 0000-03-01
#define DAYS_OF_ERA    146097 // 400 years
#define SECONDS_OF_DAY 86400

uint64_t datetime_to_timestamp(struct datetime *datetime)
{
    uint64_t year = datetime->year;
    unsigned month = datetime->month;
    if (year < 1970 || month < 1 || month > 12)
        return 0;
    if (month <= 2)
        year--;
    uint64_t era = year / 400;
    uint64_t year_of_era = year % 400;
    uint64_t day_of_year = (153 * (month + (month > 2 ? -3u : 9u)) + 2) / 5 + datetime->day - 1;
    uint64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    uint64_t days = era * DAYS_OF_ERA + day_of_era - DAYS_TO_1970;
    return days * SECONDS_OF_DAY + datetime->hour * 3600u + datetime->minute * 60u +
           datetime->second;
}

void timestamp_to_datetime(uint64_t epoch, struct datetime *datetime)
{
    uint64_t days = epoch / SECONDS_OF_DAY;
    unsigned seconds = (unsigned)(epoch % SECONDS_OF_DAY);
    datetime->day_of_week = (uint8_t)((days + 4) % 7 + 1); // 1970-01-01 was a Thursday, 5
    days += DAYS_TO_1970;
    uint64_t era = days / DAYS_OF_ERA;
    uint64_t day_of_era = days % DAYS_OF_ERA;
    uint64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned shifted = (unsigned)((5 * day_of_year + 2) / 153); // months from March
    datetime->day = (uint8_t)(day_of_year - (153 * shifted + 2) / 5 + 1);
    datetime->month = (uint8_t)(shifted < 10 ? shifted + 3 : shifted - 9);
    datetime->year = (uint32_t)(era * 400 + year_of_era + (datetime->month <= 2 ? 1 : 0));
    datetime->hour = (uint8_t)(seconds / 3600);
    datetime->minute = (uint8_t)(seconds / 60 % 60);
    datetime->second = (uint8_t)(seconds % 60);
}
