// Dates in the formats of HTTP. Times are seconds since 1970.
#ifndef WEBAPI_DATE_H
#define WEBAPI_DATE_H

#include <oolong/types.h>

// Writes a date such as "Sun, 06 Nov 1994 08:49:37 GMT". False: the time is not in 1970 to 9999.
#define DATE_LEN 30
bool date_format(int64_t time, char date[DATE_LEN]);

// Reads a date in one of the three formats of RFC 9110 section 5.6.7. `now` decides in which
// century a year of two digits is. False: the text is no such date.
bool date_parse(const char *text, int64_t now, int64_t *time);

#endif
