// The head of an answer.
#ifndef WEBAPI_HEAD_H
#define WEBAPI_HEAD_H

#include <oolong/types.h>
#include "text.h"

struct head {
    unsigned status;
    bool keep_alive;
    const char *type;     // media type; NULL: no body
    uint64_t len;         // of the body
    bool has_mtime;       // Last-Modified
    int64_t mtime;        // seconds since 1970
    uint64_t first;       // of 206, and size of 206 and 416
    uint64_t size;        //
    const char *location; // a path, of 301; NULL: none
};

void head_write(struct text *text, const struct head *head);
const char *head_reason(unsigned status);

// "Sun, 06 Nov 1994 08:49:37 GMT". False: it is no such date, or of another time than 1970 to 9999.
#define DATE_LEN 30
bool head_format_date(int64_t time, char date[DATE_LEN]);

#endif
