// Writes the head of an answer: see head.h.
#include "head.h"
#include <inttypes.h>
#include "date.h"

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
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
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

static void add_date(struct text *text, const char *name, int64_t time)
{
    char date[DATE_LEN];
    if (date_format(time, date))
        text_printf(text, "%s: %s\r\n", name, date);
}

static void add_location(struct text *text, const char *path, const char *query)
{
    text_printf(text, "Location: ");
    text_add_url(text, path);
    // As the client sent it, but with the bytes escaped that a field may not have.
    for (const char *p = query; p && *p; p++) {
        if (*p > ' ' && *p < 0x7f)
            text_add(text, p, 1);
        else
            text_printf(text, "%%%02X", (unsigned char)*p);
    }
    text_printf(text, "\r\n");
}

void head_write(struct text *text, const struct head *head)
{
    text_printf(text, "HTTP/1.1 %u %s\r\nServer: Oolong\r\n", head->status,
                head_reason(head->status));
    add_date(text, "Date", head->date);
    if (head->has_mtime)
        add_date(text, "Last-Modified", head->mtime);
    if (head->etag && *head->etag)
        text_printf(text, "ETag: %s\r\nAccept-Ranges: bytes\r\n", head->etag);
    if (head->status == 206)
        text_printf(text, "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64 "\r\n",
                    head->first, head->first + head->len - 1, head->size);
    if (head->status == 416)
        text_printf(text, "Content-Range: bytes */%" PRIu64 "\r\n", head->size);
    if (head->status == 405)
        text_printf(text, "Allow: GET, HEAD\r\n");
    if (head->path)
        add_location(text, head->path, head->query);
    if (head->type)
        text_printf(text, "Content-Type: %s\r\nX-Content-Type-Options: nosniff\r\n", head->type);
    if (head->chunked)
        text_printf(text, "Transfer-Encoding: chunked\r\n");
    else if (head->status != 304 && !head->until_end)
        text_printf(text, "Content-Length: %" PRIu64 "\r\n", head->len);
    text_printf(text, "Connection: %s\r\n\r\n", head->keep_alive ? "keep-alive" : "close");
}
