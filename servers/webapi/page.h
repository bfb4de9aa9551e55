// Pages that are made here.
#ifndef WEBAPI_PAGE_H
#define WEBAPI_PAGE_H

#include <oolong/types.h>
#include "text.h"

// A directory: begin, its entries, end.
void page_begin_listing(struct text *text, const char *path);
void page_add_entry(struct text *text, const char *name, bool is_dir, uint64_t size, int64_t mtime);
void page_end_listing(struct text *text);

// An error in words.
void page_error(struct text *text, unsigned status);

#endif
