// Writes HTML pages. Text from elsewhere is escaped.
#include "page.h"
#include <inttypes.h>
#include <oolong/message.h>
#include <resea/datetime.h>
#include <stdio.h>
#include <string.h>
#include "head.h"

// The style follows the reader's choice of light or dark, and fits the width of a phone.
static const char begin[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<style>\n"
    ":root { color-scheme: light dark }\n"
    "body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 1rem auto;"
    " padding: 0 1rem }\n"
    "h1 { font-size: 1.25rem; overflow-wrap: anywhere }\n"
    "table { border-collapse: collapse; width: 100% }\n"
    "th, td { padding: .4rem .5rem; text-align: left; vertical-align: top;"
    " border-bottom: 1px solid #8884 }\n"
    "td:first-child { overflow-wrap: anywhere; word-break: break-word }\n"
    "th + th, td + td { text-align: right; white-space: nowrap;"
    " font-variant-numeric: tabular-nums }\n"
    "@media (max-width: 36rem) { time span { display: none } th, td { padding: .5rem .25rem } }\n"
    "</style>\n<title>";

void page_begin_listing(struct text *text, const char *path)
{
    text_add(text, begin, sizeof(begin) - 1);
    text_add_html(text, path);
    text_printf(text, "</title>\n<h1><bdi>");
    text_add_html(text, path);
    text_printf(text,
                "</bdi></h1>\n<table>\n<thead>\n<tr><th scope=\"col\">Name"
                "<th scope=\"col\">Modified (UTC)<th scope=\"col\">Size\n</thead>\n<tbody>\n");
    if (strcmp(path, "/") != 0)
        text_printf(text, "<tr><td><a href=\"../\">../</a> (parent folder)<td><td>\n");
}

void page_format_size(uint64_t size, char out[SIZE_LEN])
{
    static const char units[][3] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    if (size < 1000) {
        snprintf(out, SIZE_LEN, "%" PRIu64 " B", size);
        return;
    }
    // A value that rounds to 1000 of a unit is 1.0 of the next unit.
    size_t unit = 0;
    uint64_t scale = 1000;
    while (size / (scale / 10) >= 9995 && unit + 1 < sizeof(units) / sizeof(units[0])) {
        scale *= 1000;
        unit++;
    }
    uint64_t tenths = size / (scale / 10) + (size % (scale / 10) >= scale / 20);
    if (tenths >= 1000)
        snprintf(out, SIZE_LEN, "%" PRIu64 " %s", size / scale + (size % scale >= scale / 2),
                 units[unit]);
    else
        snprintf(out, SIZE_LEN, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10, tenths % 10,
                 units[unit]);
}

static void add_time(struct text *text, int64_t mtime)
{
    struct datetime t;
    if (mtime < 0 || mtime >= 253402300800) // the year 10000
        return;
    timestamp_to_datetime((uint64_t)mtime, &t);
    text_printf(text, "<time>%04u-%02u-%02u<span> %02u:%02u</span></time>", t.year, t.month, t.day,
                t.hour, t.minute);
}

void page_add_entry(struct text *text, const struct page_entry *entry)
{
    const char *slash = entry->is_dir ? "/" : "";
    // "./" keeps a name with a colon in it from being a URL with a scheme.
    text_printf(text, "<tr><td><a href=\"./");
    text_add_url(text, entry->name);
    text_printf(text, "%s\"><bdi>", slash);
    text_add_html(text, entry->name);
    text_printf(text, "%s</bdi></a>%s<td>", slash, entry->is_link ? " (link)" : "");
    add_time(text, entry->mtime);
    if (entry->has_size) {
        char size[SIZE_LEN];
        page_format_size(entry->size, size);
        text_printf(text, "<td title=\"%" PRIu64 " bytes\">%s\n", entry->size, size);
    } else {
        text_printf(text, "<td>\n");
    }
}

void page_end_listing(struct text *text)
{
    text_printf(text, "</table>\n</html>\n");
}

void page_error(struct text *text, unsigned status)
{
    text_add(text, begin, sizeof(begin) - 1);
    text_printf(text, "%u %s</title>\n<h1>%u %s</h1>\n</html>\n", status, head_reason(status),
                status, head_reason(status));
}
