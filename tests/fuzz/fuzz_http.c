// The fuzz target `http`: the data that a client sends to the web server, in pieces. The first byte
// of the input is the length of the pieces. The server must read the data in pieces with the same
// result as at once. A request must name a path below the root or none, and ask for bytes that
// exist or for none. A second reader (http_reference.h) must agree that the data is a request,
// where it ends, and what it asks for. Otherwise a proxy between client and server could see other
// requests than the server.
#include <stdlib.h>
#include <string.h>
#include "head.h"
#include "page.h"
#include "range.h"
#include "request.h"
#include "host.h"
#include "http_reference.h"
#include "precondition.h"
#include "target.h"
#include "types.h"
#include "urlpath.h"

#define REQUESTS_MAX 64

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void check_path(const char *path)
{
    check(path[0] == '/' && !strstr(path, "//"));
    for (const char *name = path; (name = strchr(name, '/')); name++)
        check(strcmp(name, "/..") != 0 && strncmp(name, "/../", 4) != 0);
}

static void check_range(const struct request *request, uint64_t size)
{
    uint64_t first = 0, len = 0;
    static const struct version version = {.etag = "\"a\"", .has_mtime = true, .mtime = 1};
    const char *range = precondition_range(request, &version, 1700000000);
    (void)precondition_check(request, &version, 1700000000);
    if (range && range_parse(range, size, &first, &len) == RANGE_PART)
        check(len > 0 && first < size && len <= size - first);
}

// Handles the request as the server does, and checks the results.
static void check_request(const struct request *request)
{
    char path[TARGET_MAX + 2];
    bool is_dir;
    struct text text = {0};
    check(request->state != REQUEST_BAD || request->status >= 400);
    check(strlen(request->line.target) <= TARGET_MAX && request->kept_len <= HEADERS_MAX);
    if (target_to_path(request->line.target, path, &is_dir)) {
        check(strlen(path) <= strlen(request->line.target) + 1);
        check_path(path);
        check(type_of(path) != NULL);
        page_begin_listing(&text, path);
        page_add_entry(&text, &(struct page_entry){.name = path + 1, .is_dir = is_dir, .mtime = 1});
        page_end_listing(&text);
        head_write(&text, &(struct head){.status = 301,
                                         .type = "text/html",
                                         .path = path,
                                         .query = strchr(request->line.target, '?')});
        check(text.failed || strlen(text.bytes) == text.len);
    }
    text_free(&text);
    static const uint64_t sizes[] = {0, 1, 100, UINT64_MAX};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        check_range(request, sizes[i]);
}

// A summary of the requests that were read. It must not depend on the pieces.
struct summary {
    unsigned count;
    unsigned hash;
    enum request_state state;
};

static void add(struct summary *sum, const struct request *request)
{
    unsigned hash = sum->hash;
    for (const char *p = request->line.target; *p; p++)
        hash = hash * 31 + (unsigned char)*p;
    for (size_t i = 0; i < request->kept_len; i++)
        hash = hash * 31 + (unsigned char)request->kept[i];
    sum->hash = hash * 31 + request->get + 2u * request->head + 4u * request->keep_alive;
    sum->count++;
}

// Compares with the second reader's result for the same bytes. The second reader has no limits, so
// it may accept requests that the server refuses.
static void compare(const struct request *request, const uint8_t *data, size_t size, size_t end)
{
    struct reference ref;
    enum reference_result result = reference_read(data, size, &ref);
    if (request->state == REQUEST_BAD)
        return;
    if (request->state == REQUEST_PART) {
        check(result == REFERENCE_PART);
        return;
    }
    if (ref.waits && result != REFERENCE_BAD)
        return; // the second reader does not look for its end
    check(result == REFERENCE_WHOLE);
    // The server reads nothing after the last request of a connection.
    check(ref.len == end || !request->keep_alive);
    check(ref.target_len == strlen(request->line.target) &&
          memcmp(ref.target, request->line.target, ref.target_len) == 0);
    check(ref.is_get == request->get);
    unsigned num_ranges = 0;
    for (const char *p = NULL; (p = request_field(request, FIELD_RANGE, p));)
        num_ranges++;
    check(num_ranges == ref.num_ranges);
}

static struct summary read_all(const uint8_t *data, size_t size, size_t piece)
{
    struct request request;
    struct summary sum = {0};
    size_t begin = 0;
    request_init(&request);
    for (size_t at = 0; at < size && sum.count < REQUESTS_MAX;) {
        size_t len = MIN(piece, size - at);
        size_t used = request_feed(&request, data + at, len);
        check(used <= len);
        at += used;
        if (request.state == REQUEST_PART) {
            check(used == len);
            continue;
        }
        check_request(&request);
        compare(&request, data + begin, size - begin, at - begin);
        begin = at;
        if (request.state == REQUEST_BAD)
            break;
        add(&sum, &request);
        if (!request.keep_alive)
            break;
        request_next(&request);
    }
    if (request.state == REQUEST_PART && begin < size && sum.count < REQUESTS_MAX)
        compare(&request, data + begin, size - begin, size - begin);
    sum.state = request.state;
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 65536)
        return 0;
    struct summary whole = read_all(data + 1, size - 1, size);
    struct summary parts = read_all(data + 1, size - 1, (size_t)data[0] % 64 + 1);
    check(whole.count == parts.count && whole.hash == parts.hash && whole.state == parts.state);
    return 0;
}
