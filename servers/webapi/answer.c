// What a request is answered with: a file, a part of it, a listing, figures, or an error.
#include <idl/fs.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <stdlib.h>
#include <string.h>
#include "fsclient.h"
#include "head.h"
#include "page.h"
#include "range.h"
#include "urlpath.h"
#include "types.h"
#include "webapi.h"

#define PIECE_LEN      (64u * 1024) // of a file, at a time: what a send buffer takes
#define SMALL_LEN      (32u * 1024) // sent with its head
#define LISTING_MAX    (8u * 1024 * 1024)
#define LOOKUP_TIME_MS 2000

static void finish(struct answer *answer, struct head *head, const struct request *request,
                   struct text *body)
{
    head->len = body->len;
    head->keep_alive = answer->keep_alive;
    head_write(&answer->text, head);
    if (!request->head && body->len > 0)
        text_add(&answer->text, body->bytes, body->len);
    answer->failed = answer->text.failed || body->failed;
    text_free(body);
}

static void answer_error(struct answer *answer, const struct request *request, unsigned status)
{
    struct text body = {0};
    page_error(&body, status);
    finish(answer, &(struct head){.status = status, .type = "text/html; charset=utf-8"}, request,
           &body);
}

static unsigned status_of(error_t err)
{
    switch (err) {
    case ERR_NOT_FOUND:
    case ERR_INVALID_ARG:
    case ERR_NOT_ACCEPTABLE:
    case ERR_TOO_LARGE:
        return 404;
    case ERR_NOT_PERMITTED:
        return 403;
    case ERR_NO_MEMORY:
    case ERR_ABORTED:
    case ERR_TIMEOUT:
    case ERR_INVALID_TASK:
        return 503;
    default:
        return 500;
    }
}

static void answer_metrics(struct answer *answer, const struct request *request)
{
    struct text body = {0};
    if (!metrics_write(&body)) {
        text_free(&body);
        answer_error(answer, request, 500);
        return;
    }
    finish(answer, &(struct head){.status = 200, .type = "text/plain; version=0.0.4"}, request,
           &body);
}

// --- Directories --------------------------------------------------------------------------------

static error_t list_entry(void *arg, const struct fs_entry *entry)
{
    struct text *body = arg;
    page_add_entry(body, entry->name, entry->kind == FS_KIND_DIRECTORY, entry->size, entry->mtime);
    return body->failed ? ERR_NO_MEMORY : body->len > LISTING_MAX ? ERR_TOO_LARGE : OK;
}

static void answer_listing(struct answer *answer, const struct request *request, const char *path)
{
    struct text body = {0};
    page_begin_listing(&body, path);
    error_t err = fsclient_list(answer->fs, path, list_entry, &body);
    if (IS_ERROR(err)) {
        text_free(&body);
        answer_error(answer, request, err == ERR_TOO_LARGE ? 500 : status_of(err));
        return;
    }
    page_end_listing(&body);
    finish(answer, &(struct head){.status = 200, .type = "text/html; charset=utf-8"}, request,
           &body);
}

// Relative links of a directory's page count from its '/'.
static void answer_redirect(struct answer *answer, const struct request *request, const char *path)
{
    struct text body = {0}, location = {0};
    text_printf(&location, "%s/", path);
    page_error(&body, 301);
    struct head head = {.status = 301, .type = "text/html; charset=utf-8"};
    head.location = location.bytes;
    finish(answer, &head, request, &body);
    text_free(&location);
}

// --- Files --------------------------------------------------------------------------------------

struct file_status {
    size_t size;
    unsigned kind;
    int64_t mtime;
};

static error_t stat_path(task_t fs, const char *path, struct file_status *status)
{
    unsigned mode, uid, gid;
    return fs_stat(fs, path, &status->size, &status->kind, &mode, &uid, &gid, &status->mtime);
}

static error_t read_piece(struct answer *answer, void **data, size_t *len)
{
    size_t wanted = (size_t)MIN(answer->left, (uint64_t)PIECE_LEN);
    error_t err = fs_read(answer->fs, answer->file, answer->offset, wanted, data, len);
    // What was promised cannot be kept: an error, or a file that became shorter.
    if (IS_ERROR(err) || *len == 0 || *len > wanted) {
        if (IS_OK(err))
            free(*data);
        WARN("a file cannot be read on: %s", IS_ERROR(err) ? err2str(err) : "it became shorter");
        answer->failed = true;
        return ERR_UNAVAILABLE;
    }
    answer->offset += *len;
    answer->left -= *len;
    return OK;
}

static void close_file(struct answer *answer)
{
    if (answer->file)
        (void)fs_close(answer->fs, answer->file);
    answer->file = 0;
}

// A small file goes with its head, and does not stay open.
static void add_all(struct answer *answer)
{
    void *data;
    size_t len;
    while (answer->left > 0 && IS_OK(read_piece(answer, &data, &len))) {
        text_add(&answer->text, data, len);
        free(data);
    }
    answer->failed = answer->failed || answer->text.failed;
    close_file(answer);
}

// Whether the client's copy is as new. Dates are compared as they are sent.
static bool is_date_of(const char *value, int64_t mtime)
{
    char date[DATE_LEN];
    return *value && head_format_date(mtime, date) && strcmp(value, date) == 0;
}

static void answer_file(struct answer *answer, const struct request *request, const char *path,
                        const struct file_status *status)
{
    struct head head = {
        .status = 200,
        .keep_alive = answer->keep_alive,
        .type = type_of(path),
        .len = status->size,
        .size = status->size,
        .has_mtime = true,
        .mtime = status->mtime,
    };
    if (is_date_of(request->if_modified_since, status->mtime)) {
        head.status = 304;
        head.type = NULL;
        head_write(&answer->text, &head);
        return;
    }
    bool ranged =
        request->has_range && (!*request->if_range || is_date_of(request->if_range, status->mtime));
    enum range_result range =
        ranged ? range_parse(request->range, status->size, &head.first, &head.len) : RANGE_NONE;
    if (range == RANGE_NOT_POSSIBLE) {
        head = (struct head){.status = 416, .size = status->size};
        struct text none = {0};
        finish(answer, &head, request, &none);
        return;
    }
    if (range == RANGE_PART)
        head.status = 206;
    if (!request->head && head.len > 0) {
        error_t err = fs_open(answer->fs, path, &answer->file);
        if (IS_ERROR(err)) {
            answer->file = 0;
            answer_error(answer, request, status_of(err));
            return;
        }
        answer->offset = head.first;
        answer->left = head.len;
    }
    head_write(&answer->text, &head);
    answer->failed = answer->text.failed;
    if (answer->left > 0 && answer->left <= SMALL_LEN)
        add_all(answer);
}

static void answer_path(struct answer *answer, const struct request *request, char *path,
                        bool is_dir)
{
    struct file_status status;
    error_t err = stat_path(answer->fs, path, &status);
    if (IS_ERROR(err)) {
        answer_error(answer, request, status_of(err));
        return;
    }
    if (status.kind == FS_KIND_FILE && !is_dir) {
        answer_file(answer, request, path, &status);
        return;
    }
    if (status.kind != FS_KIND_DIRECTORY) {
        answer_error(answer, request, 404);
        return;
    }
    if (!is_dir) {
        answer_redirect(answer, request, path);
        return;
    }
    char *index = fsclient_join(path, "index.html");
    if (index && IS_OK(stat_path(answer->fs, index, &status)) && status.kind == FS_KIND_FILE)
        answer_file(answer, request, index, &status);
    else
        answer_listing(answer, request, path);
    free(index);
}

static void make(struct answer *answer, const struct request *request)
{
    char path[TARGET_MAX + 2];
    bool is_dir;
    if (request->state == REQUEST_BAD) {
        answer_error(answer, request, request->status);
    } else if (!request->get) {
        answer_error(answer, request, 405);
    } else if (!target_to_path(request->target, path, &is_dir)) {
        answer_error(answer, request, 400);
    } else if (strcmp(path, "/metrics") == 0) {
        answer_metrics(answer, request);
    } else {
        ipc_set_lookup_timeout(LOOKUP_TIME_MS);
        answer->fs = ipc_lookup("fs");
        static bool told; // once, until it is there again
        bool is_there = IS_OK(answer->fs);
        if (!is_there && !told)
            WARN("no file server: %s", err2str(answer->fs));
        told = !is_there;
        if (!is_there)
            answer_error(answer, request, 503);
        else
            answer_path(answer, request, path, is_dir);
    }
}

void answer_make(struct answer *answer, const struct request *request)
{
    *answer = (struct answer){.keep_alive = request->keep_alive};
    make(answer, request);
    unsigned status = 0;
    if (answer->text.len > 12)
        status = (unsigned)atoi(answer->text.bytes + 9);
    metrics_count(status, answer->text.len + answer->left);
}

bool answer_refill(struct answer *answer)
{
    void *data = NULL;
    size_t len = 0;
    text_free(&answer->text);
    answer->sent = 0;
    if (answer->left == 0 || answer->failed || IS_ERROR(read_piece(answer, &data, &len)))
        return false;
    answer->text = (struct text){.bytes = data, .len = len, .size = len};
    return true;
}

void answer_free(struct answer *answer)
{
    close_file(answer);
    text_free(&answer->text);
    *answer = (struct answer){0};
}
