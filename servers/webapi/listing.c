// Makes the page of a directory: see listing.h.
#include "listing.h"
#include <idl/fs.h>
#include <stdlib.h>
#include <string.h>
#include "fsclient.h"
#include "page.h"

#define PIECE_LEN (64u * 1024)
// The bytes of the file server's answers that all listings together keep between two pieces. A
// listing that would exceed this drops its answer and asks for it again.
#define KEPT_MAX (16u * 1024 * 1024)

struct listing {
    task_t fs;
    char *path;
    bool begun;
    unsigned first; // number of the first entry of the answer
    unsigned taken; // entries of the answer that the page has already
    void *entries;  // the answer; NULL: it is not kept
    size_t len;
    size_t at;
    unsigned next; // of the answer that is kept
};

static size_t kept;

struct listing *listing_new(task_t fs, const char *path)
{
    struct listing *listing = calloc(1, sizeof(*listing));
    char *copy = listing ? strdup(path) : NULL;
    if (!copy) {
        free(listing);
        return NULL;
    }
    listing->fs = fs;
    listing->path = copy;
    return listing;
}

static void forget_entries(struct listing *listing)
{
    if (listing->entries)
        kept -= listing->len;
    free(listing->entries);
    listing->entries = NULL;
}

void listing_free(struct listing *listing)
{
    if (!listing)
        return;
    forget_entries(listing);
    free(listing->path);
    free(listing);
}

static void add_entry(struct listing *listing, struct text *text, const struct fs_entry *entry)
{
    struct page_entry page = {
        .name = entry->name,
        .is_dir = entry->kind == FS_KIND_DIRECTORY,
        .is_link = entry->kind == FS_KIND_SYMLINK,
        .size = entry->size,
        .mtime = entry->mtime,
    };
    page.has_size = entry->kind == FS_KIND_FILE;
    if (page.is_link) {
        unsigned kind, mode, uid, gid;
        size_t size;
        int64_t mtime;
        char *path = fsclient_join(listing->path, entry->name);
        if (path && IS_OK(fs_stat(listing->fs, path, &size, &kind, &mode, &uid, &gid, &mtime))) {
            page.is_dir = kind == FS_KIND_DIRECTORY;
            page.has_size = kind == FS_KIND_FILE;
            page.size = size;
            page.mtime = mtime;
        }
        free(path);
    }
    page_add_entry(text, &page);
}

static error_t fetch(struct listing *listing)
{
    if (listing->entries)
        return OK;
    OK_OR_RETURN(fs_list(listing->fs, listing->path, listing->first, &listing->entries,
                         &listing->len, &listing->next));
    kept += listing->len;
    listing->at = 0;
    listing->taken = 0;
    return OK;
}

// Adds entries of the kept answer until the text has `len` bytes. ERR_EMPTY: the answer has no
// more.
static error_t add_entries(struct listing *listing, struct text *text, size_t len)
{
    while (text->len < len && !text->failed) {
        struct fs_entry entry;
        OK_OR_RETURN(fsclient_next_entry(listing->entries, listing->len, &listing->at, &entry));
        add_entry(listing, text, &entry);
        listing->taken++;
    }
    return text->failed ? ERR_NO_MEMORY : OK;
}

// All of the kept answer is used. `*last` says whether it was the last one.
static error_t end_answer(struct listing *listing, bool *last)
{
    unsigned next = listing->next;
    forget_entries(listing);
    *last = next == 0;
    if (*last)
        return OK;
    if (next <= listing->first || next - listing->first != listing->taken)
        return ERR_NOT_ACCEPTABLE;
    listing->first = next;
    return OK;
}

error_t listing_add_piece(struct listing *listing, struct text *text, bool *last)
{
    size_t len = text->len + PIECE_LEN;
    *last = false;
    // Asks the file server before anything is written, so that an error can be answered as such.
    OK_OR_RETURN(fetch(listing));
    if (!listing->begun)
        page_begin_listing(text, listing->path);
    listing->begun = true;
    while (!*last) {
        OK_OR_RETURN(fetch(listing));
        error_t err = add_entries(listing, text, len);
        if (IS_OK(err))
            break; // the piece is full
        if (err != ERR_EMPTY)
            return err;
        OK_OR_RETURN(end_answer(listing, last));
    }
    if (*last) {
        page_end_listing(text);
    } else if (kept > KEPT_MAX) {
        listing->first += listing->taken;
        forget_entries(listing);
    }
    return text->failed ? ERR_NO_MEMORY : OK;
}
