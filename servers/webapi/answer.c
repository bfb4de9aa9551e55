// Makes the answers: a file, a part of it, a directory's page, the page of figures, or an error.
#include <idl/fs.h>
#include <inttypes.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "fsclient.h"
#include "head.h"
#include "host.h"
#include "page.h"
#include "precondition.h"
#include "range.h"
#include "urlpath.h"
#include "types.h"
#include "webapi.h"

#define PIECE_LEN      (64u * 1024) // of a file, at a time: what a send buffer takes
#define SMALL_LEN      (32u * 1024) // sent with its head
#define LOOKUP_TIME_MS 2000

static int64_t now(void)
{
    return time(NULL);
}

static void write_head(struct answer *answer, struct head *head)
{
    answer->status = head->status;
    head->date = now();
    head->keep_alive = answer->keep_alive;
    head_write(&answer->text, head);
    answer->failed = answer->failed || answer->text.failed;
}

static void finish(struct answer *answer, struct head *head, const struct request *request,
                   struct text *body)
{
    head->len = body->len;
    write_head(answer, head);
    if (!request->head && body->len > 0)
        text_add(&answer->text, body->bytes, body->len);
    answer->failed = answer->failed || answer->text.failed || body->failed;
    text_free(body);
}

static void answer_error(struct answer *answer, const struct request *request, unsigned status)
{
    struct text body = {0};
    page_error(&body, status);
    finish(answer, &(struct head){.status = status, .type = "text/html; charset=utf-8"}, request,
           &body);
}

// Answers with 304 or 412 if the conditions of the request call for it. False: they do not.
static bool answer_condition(struct answer *answer, const struct request *request,
                             const struct version *version)
{
    switch (precondition_check(request, version, now())) {
    case PRECONDITION_HOLDS:
        return false;
    case PRECONDITION_NOT_MODIFIED:
        write_head(answer, &(struct head){.status = 304,
                                          .etag = version->etag,
                                          .has_mtime = version->has_mtime,
                                          .mtime = version->mtime});
        return true;
    case PRECONDITION_FAILED:
        answer_error(answer, request, 412);
        return true;
    }
    return false;
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

static void answer_metrics(struct answer *answer, const struct request *request, size_t num_conns)
{
    struct text body = {0};
    if (answer_condition(answer, request, &(struct version){0}))
        return;
    if (!metrics_write(&body, num_conns)) {
        text_free(&body);
        answer_error(answer, request, 500);
        return;
    }
    finish(answer, &(struct head){.status = 200, .type = "text/plain; version=0.0.4"}, request,
           &body);
}

// --- Directories --------------------------------------------------------------------------------

// Makes a chunk of the text: its length in hexadecimal digits, CR LF, its bytes, CR LF.
#define CHUNK_HEAD_LEN 10

static void begin_chunk(struct text *text)
{
    text_add(text, "00000000\r\n", CHUNK_HEAD_LEN);
}

static void end_chunk(struct text *text, size_t head_at, bool last)
{
    if (!text->failed) {
        char len[CHUNK_HEAD_LEN];
        snprintf(len, sizeof(len), "%08x", (unsigned)(text->len - head_at - CHUNK_HEAD_LEN));
        memcpy(text->bytes + head_at, len, CHUNK_HEAD_LEN - 2);
    }
    text_printf(text, last ? "\r\n0\r\n\r\n" : "\r\n");
}

static error_t add_piece(struct answer *answer)
{
    bool last;
    size_t head_at = answer->text.len;
    if (answer->chunked)
        begin_chunk(&answer->text);
    OK_OR_RETURN(listing_add_piece(answer->listing, &answer->text, &last));
    if (answer->chunked)
        end_chunk(&answer->text, head_at, last);
    if (last) {
        listing_free(answer->listing);
        answer->listing = NULL;
    }
    return answer->text.failed ? ERR_NO_MEMORY : OK;
}

// A listing of one piece is sent with its length. A longer one is sent in chunks, or, if the client
// does not know chunks, up to the end of the connection.
static void answer_listing(struct answer *answer, const struct request *request, const char *path)
{
    struct head head = {.status = 200, .type = "text/html; charset=utf-8"};
    struct text body = {0};
    bool last = false;
    if (answer_condition(answer, request, &(struct version){0}))
        return;
    answer->listing = listing_new(answer->fs, path);
    error_t err =
        answer->listing ? listing_add_piece(answer->listing, &body, &last) : ERR_NO_MEMORY;
    if (IS_ERROR(err) || last || request->head) {
        listing_free(answer->listing);
        answer->listing = NULL;
    }
    if (IS_ERROR(err)) {
        text_free(&body);
        answer_error(answer, request, status_of(err));
        return;
    }
    if (last) {
        finish(answer, &head, request, &body);
        return;
    }
    answer->chunked = head.chunked = request->chunks;
    head.until_end = !request->chunks;
    answer->keep_alive = answer->keep_alive && request->chunks;
    write_head(answer, &head);
    size_t head_at = answer->text.len;
    if (!request->head) {
        if (answer->chunked)
            begin_chunk(&answer->text);
        text_add(&answer->text, body.bytes, body.len);
        if (answer->chunked)
            end_chunk(&answer->text, head_at, false);
    }
    answer->failed = answer->failed || answer->text.failed;
    text_free(&body);
}

// Redirects to the path with a '/' at its end, from which a page's relative links count.
static void answer_redirect(struct answer *answer, const struct request *request, const char *path)
{
    struct text body = {0}, location = {0};
    text_printf(&location, "%s/", path);
    page_error(&body, 301);
    struct head head = {.status = 301, .type = "text/html; charset=utf-8"};
    head.path = location.bytes;
    head.query = strchr(request->line.target, '?');
    finish(answer, &head, request, &body);
    text_free(&location);
}

// --- Files --------------------------------------------------------------------------------------

struct file_status {
    uint64_t size;
    unsigned kind;
    struct version version;
};

// Makes the tag of the file's version. It consists of attributes that change with the content, so
// the content is not read. If the file server only knows `stat`, files have no tag.
static error_t stat_path(task_t fs, const char *path, struct file_status *status)
{
    struct fs_attributes attr;
    *status = (struct file_status){.version.has_mtime = true};
    error_t err = fsclient_attributes(fs, path, true, &attr);
    if (IS_OK(err)) {
        status->size = attr.size;
        status->kind = attr.kind;
        status->version.mtime = attr.mtime;
        snprintf(status->version.etag, ETAG_LEN,
                 "\"%" PRIx64 "-%" PRIx64 ".%" PRIx32 "-%" PRIx64 ".%" PRIx32 "\"", attr.size,
                 (uint64_t)attr.mtime, attr.mtime_ns, (uint64_t)attr.ctime, attr.ctime_ns);
        return OK;
    }
    if (err == ERR_NOT_FOUND)
        return err;
    unsigned mode, uid, gid;
    size_t size = 0;
    err = fs_stat(fs, path, &size, &status->kind, &mode, &uid, &gid, &status->version.mtime);
    if (IS_OK(err))
        status->size = size;
    return err;
}

static error_t read_piece(struct answer *answer, void **data, size_t *len)
{
    size_t wanted = (size_t)MIN(answer->left, (uint64_t)PIECE_LEN);
    error_t err = fs_read(answer->fs, answer->file, answer->offset, wanted, data, len);
    // The announced length cannot be sent: reading failed, or the file has become shorter.
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

// A small file is sent together with its head, and closed at once.
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

static void answer_file(struct answer *answer, const struct request *request, const char *path,
                        const struct file_status *status)
{
    const struct version *version = &status->version;
    if (answer_condition(answer, request, version))
        return;
    struct head head = {
        .status = 200,
        .type = type_of(path),
        .len = status->size,
        .size = status->size,
        .etag = version->etag,
        .has_mtime = version->has_mtime,
        .mtime = version->mtime,
    };
    const char *wanted = precondition_range(request, version, now());
    enum range_result range =
        wanted ? range_parse(wanted, status->size, &head.first, &head.len) : RANGE_NONE;
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
    write_head(answer, &head);
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

// Returns the status to refuse the request with. 0: the path may be looked up.
static unsigned judge(const struct request *request, char *path, bool *is_dir)
{
    if (request->state == REQUEST_BAD)
        return request->status;
    if (!request->get)
        return request->known ? 405 : 501;
    const char *host = request_field(request, FIELD_HOST, NULL);
    size_t len = host ? strlen(host) : 0;
    bool whole = *request->line.target != '/';
    if ((whole && !host_of_target(request->line.target, &host, &len)) ||
        !target_to_path(request->line.target, path, is_dir))
        return 400;
    return host && !host_is_ours(host, len) ? 421 : 0;
}

static void make(struct answer *answer, const struct request *request, size_t num_conns)
{
    char path[TARGET_MAX + 2];
    bool is_dir = false;
    unsigned status = judge(request, path, &is_dir);
    if (status) {
        answer_error(answer, request, status);
    } else if (strcmp(path, "/metrics") == 0) {
        answer_metrics(answer, request, num_conns);
    } else {
        ipc_set_lookup_timeout(LOOKUP_TIME_MS);
        answer->fs = ipc_lookup("fs");
        static bool told; // logged once, until the server is there again
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

void answer_make(struct answer *answer, const struct request *request, size_t num_conns)
{
    *answer = (struct answer){.keep_alive = request->keep_alive};
    make(answer, request, num_conns);
    if (!answer->failed) // otherwise nothing of it is sent
        metrics_count(answer->status, answer->text.len + answer->left);
}

static void refill_listing(struct answer *answer)
{
    error_t err = add_piece(answer);
    if (IS_ERROR(err)) {
        WARN("a folder cannot be listed to its end: %s", err2str(err));
        answer->failed = true;
    }
    metrics_count_bytes(answer->text.len);
}

bool answer_refill(struct answer *answer)
{
    void *data = NULL;
    size_t len = 0;
    text_free(&answer->text);
    answer->sent = 0;
    if (answer->failed)
        return false;
    if (answer->listing) {
        refill_listing(answer);
        return !answer->failed;
    }
    if (answer->left == 0 || IS_ERROR(read_piece(answer, &data, &len)))
        return false;
    answer->text = (struct text){.bytes = data, .len = len, .size = len};
    return true;
}

void answer_free(struct answer *answer)
{
    close_file(answer);
    listing_free(answer->listing);
    text_free(&answer->text);
    *answer = (struct answer){0};
}
