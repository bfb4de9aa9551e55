// The head of an answer.
#include "head.h"
#include <inttypes.h>
#include <stdio.h>
#include <oolong/message.h>
#include <resea/datetime.h>

static const struct {
    unsigned status;
    const char *reason;
} reasons[] = {
    {200, "OK"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {416, "Range Not Satisfiable"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
};

const char *head_reason(unsigned status)
{
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (reasons[i].status == status)
            return reasons[i].reason;
    }
    return "Error";
}

bool head_format_date(int64_t time, char date[DATE_LEN])
{
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const int64_t end = 253402300800; // the year 10000
    struct datetime t;
    if (time < 0 || time >= end)
        return false;
    timestamp_to_datetime((uint64_t)time, &t);
    snprintf(date, DATE_LEN, "%s, %02u %s %04u %02u:%02u:%02u GMT", days[t.day_of_week % 7], t.day,
             months[(t.month - 1u) % 12], t.year % 10000, t.hour, t.minute, t.second);
    return true;
}

void head_write(struct text *text, const struct head *head)
{
    char date[DATE_LEN];
    text_printf(text, "HTTP/1.1 %u %s\r\nServer: Oolong\r\n", head->status,
                head_reason(head->status));
    if (head->has_mtime && head_format_date(head->mtime, date))
        text_printf(text, "Last-Modified: %s\r\n", date);
    if (head->status == 200 || head->status == 206)
        text_printf(text, "Accept-Ranges: bytes\r\n");
    if (head->status == 206)
        text_printf(text, "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64 "\r\n",
                    head->first, head->first + head->len - 1, head->size);
    if (head->status == 416)
        text_printf(text, "Content-Range: bytes */%" PRIu64 "\r\n", head->size);
    if (head->status == 405)
        text_printf(text, "Allow: GET, HEAD\r\n");
    if (head->location) {
        text_printf(text, "Location: ");
        text_add_url(text, head->location);
        text_printf(text, "\r\n");
    }
    if (head->type)
        text_printf(text, "Content-Type: %s\r\nX-Content-Type-Options: nosniff\r\n", head->type);
    if (head->status != 304)
        text_printf(text, "Content-Length: %" PRIu64 "\r\n", head->len);
    text_printf(text, "Connection: %s\r\n\r\n", head->keep_alive ? "keep-alive" : "close");
}
