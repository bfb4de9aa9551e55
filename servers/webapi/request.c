// Reads requests: see request.h.
#include "request.h"
#include <string.h>
#include <strings.h>
#include "host.h"

static struct request *of(llhttp_t *parser)
{
    return parser->data;
}

// Refuses the request with a status.
static int refuse(llhttp_t *parser, unsigned status)
{
    of(parser)->status = status;
    return HPE_USER;
}

// --- Fields -------------------------------------------------------------------------------------

static enum field field_of(const char *name)
{
    static const struct {
        const char *name;
        enum field field;
    } names[] = {
        {"expect", FIELD_EXPECT},
        {"host", FIELD_HOST},
        {"if-match", FIELD_IF_MATCH},
        {"if-modified-since", FIELD_IF_MODIFIED_SINCE},
        {"if-none-match", FIELD_IF_NONE_MATCH},
        {"if-range", FIELD_IF_RANGE},
        {"if-unmodified-since", FIELD_IF_UNMODIFIED_SINCE},
        {"range", FIELD_RANGE},
        {"transfer-encoding", FIELD_TRANSFER_ENCODING},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcasecmp(name, names[i].name) == 0)
            return names[i].field;
    }
    return FIELD_NONE;
}

const char *request_field(const struct request *request, enum field field, const char *previous)
{
    const char *end = request->kept + request->kept_len;
    const char *p = previous ? previous + strlen(previous) + 1 : request->kept;
    for (; p < end; p += strlen(p) + 1) {
        if (*p == (char)field)
            return p + 1;
    }
    return NULL;
}

const char *request_field_once(const struct request *request, enum field field)
{
    const char *value = request_field(request, field, NULL);
    return value && !request_field(request, field, value) ? value : NULL;
}

static bool count_header(struct request *r, size_t len)
{
    r->headers_len += len;
    return r->headers_len <= HEADERS_MAX;
}

static int on_header_field(llhttp_t *parser, const char *at, size_t len)
{
    struct request *r = of(parser);
    if (!count_header(r, len))
        return refuse(parser, 431);
    size_t room = sizeof(r->name) - 1 - r->name_len;
    size_t n = MIN(len, room);
    memcpy(r->name + r->name_len, at, n);
    r->name_len += n;
    return HPE_OK;
}

static int on_header_field_complete(llhttp_t *parser)
{
    struct request *r = of(parser);
    r->name[r->name_len] = '\0';
    r->name_len = 0;
    // Fields after the body (trailers) are not fields of the request.
    r->field = r->part == PART_TRAILER ? FIELD_NONE : field_of(r->name);
    if (r->field == FIELD_NONE)
        return HPE_OK;
    r->kept[r->kept_len++] = (char)r->field;
    r->kept[r->kept_len++] = '\0';
    return HPE_OK;
}

static int on_header_value(llhttp_t *parser, const char *at, size_t len)
{
    struct request *r = of(parser);
    if (!count_header(r, len))
        return refuse(parser, 431);
    if (r->field == FIELD_NONE)
        return HPE_OK;
    memcpy(r->kept + r->kept_len - 1, at, len);
    r->kept_len += len;
    r->kept[r->kept_len - 1] = '\0';
    return HPE_OK;
}

static int on_header_value_complete(llhttp_t *parser)
{
    struct request *r = of(parser);
    if (r->field == FIELD_NONE)
        return HPE_OK;
    // Removes the blanks after the value. llhttp has removed those before it.
    size_t len = r->kept_len - 1;
    while (r->kept[len - 1] == ' ' || r->kept[len - 1] == '\t')
        len--;
    r->kept[len] = '\0';
    r->kept_len = len + 1;
    r->field = FIELD_NONE;
    return HPE_OK;
}

// --- What a head must be ------------------------------------------------------------------------

// RFC 9112 section 3.2: there must be one Host, and it must be valid.
static bool host_is_good(const struct request *r)
{
    const char *host = request_field(r, FIELD_HOST, NULL);
    if (!host)
        return !r->chunks;
    return request_field_once(r, FIELD_HOST) && host_is_valid(host);
}

// Returns the status to refuse the head with. 0: it is good.
static unsigned judge_coding(struct request *r)
{
    const char *coding = request_field(r, FIELD_TRANSFER_ENCODING, NULL);
    if (!coding)
        return 0;
    if (!r->chunks)
        r->keep_alive = false; // HTTP/1.0 has no transfer codings: the end of the body is uncertain
    return request_field_once(r, FIELD_TRANSFER_ENCODING) && strcasecmp(coding, "chunked") == 0
               ? 0
               : 501;
}

static int on_headers_complete(llhttp_t *parser)
{
    struct request *r = of(parser);
    r->keep_alive = llhttp_should_keep_alive(parser) && !llhttp_get_upgrade(parser);
    if (strcmp(r->line.method, "CONNECT") == 0)
        r->keep_alive = false; // the bytes that follow are not HTTP
    if (!host_is_good(r))
        return refuse(parser, 400);
    unsigned status = judge_coding(r);
    if (status)
        return refuse(parser, status);
    bool chunked = parser->flags & F_CHUNKED;
    if (!chunked && parser->content_length > BODY_MAX)
        return refuse(parser, 413);
    const char *expect = r->chunks ? request_field(r, FIELD_EXPECT, NULL) : NULL;
    if (expect && (strcasecmp(expect, "100-continue") != 0 || !request_field_once(r, FIELD_EXPECT)))
        return refuse(parser, 417);
    if (expect && (chunked || parser->content_length > 0)) {
        // No request here needs its body. So the answer is sent at once, and the connection ends,
        // because the client may or may not send the body.
        r->state = REQUEST_WHOLE;
        r->keep_alive = false;
        return HPE_USER;
    }
    return HPE_OK;
}

// --- The body -----------------------------------------------------------------------------------

static int on_body(llhttp_t *parser, const char *at, size_t len)
{
    (void)at;
    of(parser)->body_len += len;
    return of(parser)->body_len > BODY_MAX ? refuse(parser, 413) : HPE_OK;
}

static int on_chunk_header(llhttp_t *parser)
{
    if (parser->content_length > 0)
        return HPE_OK;
    of(parser)->part = PART_TRAILER;
    of(parser)->fields = FIELDS_BEGIN;
    return HPE_PAUSED;
}

static int on_message_complete(llhttp_t *parser)
{
    of(parser)->state = REQUEST_WHOLE;
    return HPE_PAUSED;
}

static const llhttp_settings_t *settings(void)
{
    static llhttp_settings_t s;
    if (!s.on_body) {
        llhttp_settings_init(&s);
        s.on_header_field = on_header_field;
        s.on_header_field_complete = on_header_field_complete;
        s.on_header_value = on_header_value;
        s.on_header_value_complete = on_header_value_complete;
        s.on_headers_complete = on_headers_complete;
        s.on_body = on_body;
        s.on_chunk_header = on_chunk_header;
        s.on_message_complete = on_message_complete;
    }
    return &s;
}

// --- Reading ------------------------------------------------------------------------------------

void request_init(struct request *request)
{
    memset(request, 0, offsetof(struct request, kept));
    llhttp_init(&request->parser, HTTP_REQUEST, settings());
    request->parser.data = request;
}

void request_next(struct request *request)
{
    request_init(request);
}

static void set_bad(struct request *r, unsigned status)
{
    r->state = REQUEST_BAD;
    r->keep_alive = false;
    if (r->status == 0)
        r->status = status;
}

// Gives llhttp bytes that were checked. Returns how many it has read.
static size_t parse(struct request *r, const char *bytes, size_t len)
{
    llhttp_errno_t err = llhttp_execute(&r->parser, bytes, len);
    if (err == HPE_OK)
        return len;
    const char *end = llhttp_get_error_pos(&r->parser);
    size_t used = end ? MIN((size_t)(end - bytes), len) : len;
    if (err == HPE_PAUSED) {
        llhttp_resume(&r->parser);
        return used;
    }
    if (err == HPE_PAUSED_UPGRADE) {
        // The request asks for another protocol: it is answered, and then the connection ends.
        r->state = REQUEST_WHOLE;
        r->keep_alive = false;
        return len;
    }
    if (r->state != REQUEST_WHOLE)
        set_bad(r, 400);
    return used;
}

// The first line is complete. llhttp gets a simpler line with the same method and version.
static void end_line(struct request *r)
{
    static const char methods[][8] = {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS",
                                      "PATCH",   "POST",   "PUT", "TRACE"};
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        r->known = r->known || strcmp(r->line.method, methods[i]) == 0;
    r->head = strcmp(r->line.method, "HEAD") == 0;
    r->get = r->head || strcmp(r->line.method, "GET") == 0;
    r->chunks = r->line.minor > 0;
    r->part = PART_FIELDS;
    if (r->line.major != 1) {
        set_bad(r, 505);
        return;
    }
    static const char lines[2][18] = {"POST / HTTP/1.0\r\n", "POST / HTTP/1.1\r\n"};
    (void)parse(r, lines[r->chunks], strlen(lines[r->chunks]));
}

static size_t feed_line(struct request *r, const uint8_t *bytes, size_t len)
{
    size_t at = 0;
    while (at < len && r->line.state != LINE_DONE) {
        unsigned status = request_line_take(&r->line, bytes[at]);
        if (status) {
            set_bad(r, status);
            return at;
        }
        at++;
    }
    if (r->line.state == LINE_DONE)
        end_line(r);
    return at;
}

static size_t feed_fields(struct request *r, const uint8_t *bytes, size_t len)
{
    size_t good = fields_take(&r->fields, bytes, len);
    size_t used = good > 0 ? parse(r, (const char *)bytes, good) : 0;
    if (r->state != REQUEST_PART)
        return used;
    if (r->fields == FIELDS_BAD)
        set_bad(r, 400);
    else if (r->fields == FIELDS_DONE)
        r->part = PART_BODY;
    return used;
}

static size_t feed_body(struct request *r, const uint8_t *bytes, size_t len)
{
    size_t used = parse(r, (const char *)bytes, len);
    r->body_raw_len += used;
    if (r->state == REQUEST_PART && r->body_raw_len > BODY_RAW_MAX)
        set_bad(r, 413);
    return used;
}

size_t request_feed(struct request *request, const void *bytes, size_t len)
{
    const uint8_t *p = bytes;
    size_t at = 0;
    while (at < len && request->state == REQUEST_PART) {
        switch (request->part) {
        case PART_LINE:
            at += feed_line(request, p + at, len - at);
            break;
        case PART_FIELDS:
        case PART_TRAILER:
            at += feed_fields(request, p + at, len - at);
            break;
        case PART_BODY:
            at += feed_body(request, p + at, len - at);
            break;
        }
    }
    return at;
}
