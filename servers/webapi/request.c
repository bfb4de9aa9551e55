// Reading requests.
#include "request.h"
#include <string.h>
#include <strings.h>

static struct request *of(llhttp_t *parser)
{
    return parser->data;
}

// Ends the reading with a status.
static int refuse(llhttp_t *parser, unsigned status)
{
    of(parser)->status = status;
    return HPE_USER;
}

static int on_url(llhttp_t *parser, const char *at, size_t len)
{
    struct request *r = of(parser);
    if (len > TARGET_MAX - r->target_len)
        return refuse(parser, 414);
    memcpy(r->target + r->target_len, at, len);
    r->target_len += len;
    r->target[r->target_len] = '\0';
    return HPE_OK;
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
    if (r->in_value) {
        r->in_value = false;
        r->name_len = 0;
    }
    size_t room = sizeof(r->name) - 1 - r->name_len;
    size_t n = MIN(len, room);
    memcpy(r->name + r->name_len, at, n);
    r->name_len += n;
    r->name[r->name_len] = '\0';
    return HPE_OK;
}

// Where the value of the header goes: NULL when it is none of ours.
static char *value_of(struct request *r)
{
    if (strcasecmp(r->name, "range") == 0) {
        r->has_range = true;
        return r->range;
    }
    if (strcasecmp(r->name, "if-range") == 0)
        return r->if_range;
    if (strcasecmp(r->name, "if-modified-since") == 0)
        return r->if_modified_since;
    return NULL;
}

static int on_header_value(llhttp_t *parser, const char *at, size_t len)
{
    struct request *r = of(parser);
    if (!count_header(r, len))
        return refuse(parser, 431);
    if (!r->in_value) {
        r->in_value = true;
        r->value = value_of(r);
        r->value_len = 0;
    }
    if (!r->value)
        return HPE_OK;
    if (len > VALUE_MAX - r->value_len)
        return refuse(parser, 431);
    memcpy(r->value + r->value_len, at, len);
    r->value_len += len;
    r->value[r->value_len] = '\0';
    return HPE_OK;
}

static int on_headers_complete(llhttp_t *parser)
{
    struct request *r = of(parser);
    uint8_t method = llhttp_get_method(parser);
    r->head = method == HTTP_HEAD;
    r->get = r->head || method == HTTP_GET;
    if (llhttp_get_http_major(parser) != 1)
        return refuse(parser, 505);
    r->keep_alive = llhttp_should_keep_alive(parser) && !llhttp_get_upgrade(parser);
    return HPE_OK;
}

static int on_body(llhttp_t *parser, const char *at, size_t len)
{
    (void)at;
    of(parser)->body_len += len;
    return of(parser)->body_len > BODY_MAX ? refuse(parser, 413) : HPE_OK;
}

static int on_message_complete(llhttp_t *parser)
{
    of(parser)->state = REQUEST_WHOLE;
    return HPE_PAUSED;
}

static const llhttp_settings_t *settings(void)
{
    static llhttp_settings_t s;
    if (!s.on_url) {
        llhttp_settings_init(&s);
        s.on_url = on_url;
        s.on_header_field = on_header_field;
        s.on_header_value = on_header_value;
        s.on_headers_complete = on_headers_complete;
        s.on_body = on_body;
        s.on_message_complete = on_message_complete;
    }
    return &s;
}

void request_init(struct request *request)
{
    *request = (struct request){0};
    llhttp_init(&request->parser, HTTP_REQUEST, settings());
    request->parser.data = request;
}

void request_next(struct request *request)
{
    llhttp_t parser = request->parser;
    *request = (struct request){.parser = parser};
    llhttp_resume(&request->parser);
}

size_t request_feed(struct request *request, const void *bytes, size_t len)
{
    if (request->state != REQUEST_PART || len == 0)
        return 0;
    llhttp_errno_t err = llhttp_execute(&request->parser, bytes, len);
    if (err == HPE_OK)
        return len;
    const char *end = llhttp_get_error_pos(&request->parser);
    size_t used = end ? (size_t)(end - (const char *)bytes) : len;
    if (err == HPE_PAUSED && request->state == REQUEST_WHOLE)
        return MIN(used, len);
    if (err == HPE_PAUSED_UPGRADE) {
        // CONNECT and the like: answered, then the connection ends.
        request->state = REQUEST_WHOLE;
        request->keep_alive = false;
        return len;
    }
    request->state = REQUEST_BAD;
    request->keep_alive = false;
    if (request->status == 0)
        request->status = err == HPE_INVALID_VERSION ? 505 : 400;
    return MIN(used, len);
}
