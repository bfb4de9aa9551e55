// Pages that are made here.
#ifndef WEBAPI_PAGE_H
#define WEBAPI_PAGE_H

#include <oolong/types.h>
#include "text.h"

struct page_entry {
    const char *name;
    bool is_dir;  // or a link to one
    bool is_link; // symbolic
    bool has_size;
    uint64_t size; // of a link, what it leads to
    int64_t mtime;
};

// A directory: begin, its entries, end.
void page_begin_listing(struct text *text, const char *path);
void page_add_entry(struct text *text, const struct page_entry *entry);
void page_end_listing(struct text *text);

// An error in words.
void page_error(struct text *text, unsigned status);

// "1.2 MB", as people say it.
#define SIZE_LEN 48
void page_format_size(uint64_t size, char out[SIZE_LEN]);

#endif
