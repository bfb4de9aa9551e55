// Dates of HTTP.
#ifndef WEBAPI_DATE_H
#define WEBAPI_DATE_H

#include <oolong/types.h>

// "Sun, 06 Nov 1994 08:49:37 GMT". False: it is no such date, or of another time than 1970 to 9999.
#define DATE_LEN 30
bool date_format(int64_t time, char date[DATE_LEN]);

// Reads a date in one of the three formats of RFC 9110, 5.6.7. `now` says which century a year of
// two digits is in. False: it is none.
bool date_parse(const char *text, int64_t now, int64_t *time);

#endif
