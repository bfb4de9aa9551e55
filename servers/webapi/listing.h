// The page of a directory, made piece by piece. So a client that does not read costs the memory of
// one piece, however many entries there are.
#ifndef WEBAPI_LISTING_H
#define WEBAPI_LISTING_H

#include <oolong/types.h>
#include "text.h"

struct listing;

// Begins a page. Copies the path. NULL: there is no memory.
struct listing *listing_new(task_t fs, const char *path);

// Adds the next piece of the page to `text`, about 64 KiB. `*last` says whether it was the last.
//
// Errors are those of fs.list. ERR_NOT_ACCEPTABLE also: the server's answer is no listing.
__mustuse error_t listing_add_piece(struct listing *listing, struct text *text, bool *last);

void listing_free(struct listing *listing); // may be NULL

#endif
