// Writes HTML pages.
#ifndef WEBAPI_PAGE_H
#define WEBAPI_PAGE_H

#include <oolong/types.h>
#include "text.h"

struct page_entry {
    const char *name;
    bool is_dir;  // a directory, or a link to one
    bool is_link; // a symbolic link
    bool has_size;
    uint64_t size; // in bytes; of a link, the size of what it leads to
    int64_t mtime;
};

// The page of a directory: its begin, each entry, its end.
void page_begin_listing(struct text *text, const char *path);
void page_add_entry(struct text *text, const struct page_entry *entry);
void page_end_listing(struct text *text);

// The page of an error.
void page_error(struct text *text, unsigned status);

// Writes a size for people, such as "1.2 MB".
#define SIZE_LEN 48
void page_format_size(uint64_t size, char out[SIZE_LEN]);

#endif
