// Pages that are made here. What comes from elsewhere is escaped.
#include "page.h"
#include <inttypes.h>
#include <string.h>
#include "head.h"

static void begin(struct text *text)
{
    text_printf(text, "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>");
}

void page_begin_listing(struct text *text, const char *path)
{
    begin(text);
    text_add_html(text, path);
    text_printf(text, "</title>\n<h1>");
    text_add_html(text, path);
    text_printf(text, "</h1>\n<table>\n");
    if (strcmp(path, "/") != 0)
        text_printf(text, "<tr><td><a href=\"../\">../</a>\n");
}

void page_add_entry(struct text *text, const char *name, bool is_dir, uint64_t size, int64_t mtime)
{
    const char *slash = is_dir ? "/" : "";
    char date[DATE_LEN] = "";
    head_format_date(mtime, date);
    // "./": a name with a colon in it is no URL of its own.
    text_printf(text, "<tr><td><a href=\"./");
    text_add_url(text, name);
    text_printf(text, "%s\">", slash);
    text_add_html(text, name);
    text_printf(text, "%s</a><td>%s<td>", slash, date);
    if (!is_dir)
        text_printf(text, "%" PRIu64, size);
    text_printf(text, "\n");
}

void page_end_listing(struct text *text)
{
    text_printf(text, "</table>\n</html>\n");
}

void page_error(struct text *text, unsigned status)
{
    begin(text);
    text_printf(text, "%u %s</title>\n<h1>%u %s</h1>\n</html>\n", status, head_reason(status),
                status, head_reason(status));
}
