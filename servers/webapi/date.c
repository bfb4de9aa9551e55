// Dates in the formats of HTTP: see date.h.
#include "date.h"
#include <oolong/message.h>
#include <resea/datetime.h>
#include <stdio.h>
#include <string.h>

static const char days[][10] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                "Thursday", "Friday", "Saturday"};
static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// The day of the week; 0 is Sunday. 1970 began on a Thursday.
static unsigned day_of_week(int64_t time)
{
    return (unsigned)((time / 86400 + 4) % 7);
}

bool date_format(int64_t time, char date[DATE_LEN])
{
    const int64_t end = 253402300800; // the year 10000
    struct datetime t;
    if (time < 0 || time >= end)
        return false;
    timestamp_to_datetime((uint64_t)time, &t);
    snprintf(date, DATE_LEN, "%.3s, %02u %s %04u %02u:%02u:%02u GMT", days[day_of_week(time)],
             t.day % 100u, months[(t.month - 1u) % 12], t.year % 10000, t.hour % 100u,
             t.minute % 100u, t.second % 100u); // so that the compiler knows how wide they are
    return true;
}

// Each of these functions takes one part of a date off the text. False: the text has no such part.

static bool take(const char **p, const char *text)
{
    size_t len = strlen(text);
    if (strncmp(*p, text, len) != 0)
        return false;
    *p += len;
    return true;
}

static bool take_number(const char **p, int num_digits, unsigned *number)
{
    *number = 0;
    for (int i = 0; i < num_digits; i++) {
        if (**p < '0' || **p > '9')
            return false;
        *number = *number * 10 + (unsigned)(*(*p)++ - '0');
    }
    return true;
}

static bool take_month(const char **p, struct datetime *t)
{
    for (unsigned i = 0; i < 12; i++) {
        if (take(p, months[i])) {
            t->month = (uint8_t)(i + 1);
            return true;
        }
    }
    return false;
}

static bool take_day(const char **p, bool one_digit, struct datetime *t)
{
    unsigned day;
    if (!take_number(p, one_digit ? 1 : 2, &day))
        return false;
    t->day = (uint8_t)day;
    return true;
}

static bool take_time(const char **p, struct datetime *t)
{
    unsigned hour, minute, second;
    if (!take_number(p, 2, &hour) || !take(p, ":") || !take_number(p, 2, &minute) ||
        !take(p, ":") || !take_number(p, 2, &second))
        return false;
    t->hour = (uint8_t)hour;
    t->minute = (uint8_t)minute;
    t->second = (uint8_t)second;
    return true;
}

// "06 Nov 1994 08:49:37 GMT"
static bool take_fixed(const char **p, struct datetime *t)
{
    return take_day(p, false, t) && take(p, " ") && take_month(p, t) && take(p, " ") &&
           take_number(p, 4, &t->year) && take(p, " ") && take_time(p, t) && take(p, " GMT");
}

// "06-Nov-94 08:49:37 GMT". A year that would be more than 50 years ahead is in the past.
static bool take_rfc850(const char **p, int64_t now, struct datetime *t)
{
    struct datetime today;
    if (!take_day(p, false, t) || !take(p, "-") || !take_month(p, t) || !take(p, "-") ||
        !take_number(p, 2, &t->year) || !take(p, " ") || !take_time(p, t) || !take(p, " GMT"))
        return false;
    timestamp_to_datetime((uint64_t)MAX(now, 0), &today);
    t->year += today.year / 100 * 100;
    if (t->year > today.year + 50)
        t->year -= 100;
    return true;
}

// "Nov  6 08:49:37 1994"
static bool take_asctime(const char **p, struct datetime *t)
{
    return take_month(p, t) && take(p, " ") && take_day(p, take(p, " "), t) && take(p, " ") &&
           take_time(p, t) && take(p, " ") && take_number(p, 4, &t->year);
}

static bool is_day(const struct datetime *t)
{
    static const uint8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (t->year % 4 == 0 && t->year % 100 != 0) || t->year % 400 == 0;
    unsigned len = lengths[t->month - 1u] + (leap && t->month == 2);
    // 60 is the number of a leap second.
    return t->day >= 1 && t->day <= len && t->hour < 24 && t->minute < 60 && t->second <= 60;
}

bool date_parse(const char *text, int64_t now, int64_t *time)
{
    struct datetime t = {0};
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
        char short_name[4] = {days[i][0], days[i][1], days[i][2], '\0'};
        const char *p = text;
        bool good = take(&p, days[i]) && take(&p, ", ") && take_rfc850(&p, now, &t);
        if (!good) {
            p = text;
            good = take(&p, short_name) && take(&p, ", ") && take_fixed(&p, &t);
        }
        if (!good) {
            p = text;
            good = take(&p, short_name) && take(&p, " ") && take_asctime(&p, &t);
        }
        if (!good)
            continue;
        if (*p || !is_day(&t))
            return false;
        *time = (int64_t)datetime_to_timestamp(&t);
        return true;
    }
    return false;
}
