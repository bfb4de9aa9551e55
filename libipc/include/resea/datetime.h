// Calendar dates in UTC, proleptic Gregorian, no leap seconds.
#ifndef RESEA_DATETIME_H
#define RESEA_DATETIME_H

#include <oolong/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct datetime {
    uint32_t year;
    uint8_t month;       // 1 to 12
    uint8_t day;         // 1 to 31
    uint8_t day_of_week; // 1 is Sunday, 7 is Saturday
    uint8_t hour;
    uint8_t minute;
    uint8_t second;
};

/// Seconds since 1970-01-01 00:00:00 UTC; 0 for what is before. `day_of_week` is not read.
uint64_t datetime_to_timestamp(struct datetime *datetime);

/// The date of a timestamp. Years beyond 2^32 - 1 wrap.
void timestamp_to_datetime(uint64_t epoch, struct datetime *datetime);

#ifdef __cplusplus
}
#endif

#endif
