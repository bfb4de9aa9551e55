// Reads the Range header: see range.h.
#include "range.h"
#include <string.h>
#include <strings.h>

// Reads a decimal number. False: there are no digits, or the number is too large.
static bool parse_number(const char **text, uint64_t *number)
{
    const char *p = *text;
    *number = 0;
    for (; *p >= '0' && *p <= '9'; p++) {
        if (*number > (UINT64_MAX - 9) / 10)
            return false;
        *number = *number * 10 + (uint64_t)(*p - '0');
    }
    bool some = p != *text;
    *text = p;
    return some;
}

static const char *skip_blanks(const char *p)
{
    return p + strspn(p, " \t");
}

enum range_result range_parse(const char *value, uint64_t size, uint64_t *first, uint64_t *len)
{
    const char *p = skip_blanks(value);
    uint64_t from, to;
    if (strncasecmp(p, "bytes=", 6) != 0)
        return RANGE_NONE;
    p = skip_blanks(p + 6);
    if (*p == '-') { // the last `last` bytes
        p++;
        if (!parse_number(&p, &to) || *skip_blanks(p))
            return RANGE_NONE;
        if (to == 0 || size == 0)
            return RANGE_NOT_POSSIBLE;
        *len = MIN(to, size);
        *first = size - *len;
        return RANGE_PART;
    }
    if (!parse_number(&p, &from) || *p++ != '-')
        return RANGE_NONE;
    bool open_end = *skip_blanks(p) == '\0';
    if (open_end)
        to = UINT64_MAX;
    else if (!parse_number(&p, &to) || *skip_blanks(p) || to < from)
        return RANGE_NONE;
    if (from >= size)
        return RANGE_NOT_POSSIBLE;
    *first = from;
    *len = MIN(to, size - 1) - from + 1;
    return RANGE_PART;
}
