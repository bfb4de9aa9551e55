// A second reader of requests, which shares no code with the server. It has no limits: it accepts
// requests that the server refuses only for their size.
#include "http_reference.h"
#include <string.h>
#include <strings.h>

struct text {
    const uint8_t *p;
    size_t len;
};

static bool is_tchar(uint8_t c)
{
    static const char delimiters[] = "\"(),/:;<=>?@[\\]{}";
    return c > 0x20 && c < 0x7f && !strchr(delimiters, c);
}

static bool is_token(struct text t)
{
    for (size_t i = 0; i < t.len; i++) {
        if (!is_tchar(t.p[i]))
            return false;
    }
    return t.len > 0;
}

static bool is(struct text t, const char *word)
{
    return t.len == strlen(word) && strncasecmp((const char *)t.p, word, t.len) == 0;
}

static struct text trim(struct text t)
{
    while (t.len > 0 && (*t.p == ' ' || *t.p == '\t'))
        t.p++, t.len--;
    while (t.len > 0 && (t.p[t.len - 1] == ' ' || t.p[t.len - 1] == '\t'))
        t.len--;
    return t;
}

// Takes a line up to the next CR LF, which must be the first CR or LF. WHOLE: `*line` does not
// contain the CR LF.
static enum reference_result take_line(const uint8_t **p, const uint8_t *end, struct text *line)
{
    for (const uint8_t *at = *p; at < end; at++) {
        if (*at == '\n')
            return REFERENCE_BAD;
        if (*at != '\r')
            continue;
        if (at + 1 == end)
            return REFERENCE_PART;
        if (at[1] != '\n')
            return REFERENCE_BAD;
        *line = (struct text){*p, (size_t)(at - *p)};
        *p = at + 2;
        return REFERENCE_WHOLE;
    }
    return REFERENCE_PART;
}

static bool split(struct text line, uint8_t at, struct text *before, struct text *after)
{
    const uint8_t *c = line.len > 0 ? memchr(line.p, at, line.len) : NULL;
    if (!c)
        return false;
    *before = (struct text){line.p, (size_t)(c - line.p)};
    *after = (struct text){c + 1, line.len - before->len - 1};
    return true;
}

static bool read_request_line(struct text line, struct reference *out, bool *is_10)
{
    struct text method, rest, target, version;
    if (!split(line, ' ', &method, &rest) || !split(rest, ' ', &target, &version))
        return false;
    if (!is_token(method) || target.len == 0 || version.len != 8 ||
        memcmp(version.p, "HTTP/1.", 7) != 0 || version.p[7] < '0' || version.p[7] > '9')
        return false;
    for (size_t i = 0; i < target.len; i++) {
        if (target.p[i] <= ' ' || target.p[i] == 0x7f || target.p[i] == '#')
            return false;
    }
    out->target = target.p;
    out->target_len = target.len;
    out->is_get = (method.len == 3 && memcmp(method.p, "GET", 3) == 0) ||
                  (method.len == 4 && memcmp(method.p, "HEAD", 4) == 0);
    *is_10 = version.p[7] == '0';
    return true;
}

struct fields {
    unsigned hosts, lengths, codings, expects;
    struct text length, coding, expect, host;
};

static bool read_field(struct text line, struct fields *fields, struct reference *out)
{
    struct text name, value;
    if (!split(line, ':', &name, &value) || !is_token(name))
        return false;
    value = trim(value);
    for (size_t i = 0; i < value.len; i++) {
        if ((value.p[i] < ' ' && value.p[i] != '\t') || value.p[i] == 0x7f)
            return false;
    }
    if (is(name, "host"))
        fields->hosts++, fields->host = value;
    if (is(name, "content-length"))
        fields->lengths++, fields->length = value;
    if (is(name, "transfer-encoding"))
        fields->codings++, fields->coding = value;
    if (is(name, "expect"))
        fields->expects++, fields->expect = value;
    out->num_ranges += is(name, "range");
    return true;
}

// Reads the lines up to an empty one.
static enum reference_result read_fields(const uint8_t **p, const uint8_t *end,
                                         struct fields *fields, struct reference *out)
{
    while (true) {
        struct text line;
        enum reference_result result = take_line(p, end, &line);
        if (result != REFERENCE_WHOLE || line.len == 0)
            return result;
        if (!read_field(line, fields, out))
            return REFERENCE_BAD;
    }
}

static int hex(uint8_t c)
{
    const char *digit = strchr("0123456789abcdef", c >= 'A' && c <= 'Z' ? c + 32 : c);
    return c && digit ? (int)(digit - "0123456789abcdef") : -1;
}

static enum reference_result read_chunks(const uint8_t **p, const uint8_t *end)
{
    while (true) {
        struct text line;
        enum reference_result result = take_line(p, end, &line);
        if (result != REFERENCE_WHOLE)
            return result;
        uint64_t len = 0;
        size_t at = 0;
        for (; at < line.len && hex(line.p[at]) >= 0; at++) {
            if (len > UINT64_MAX >> 5)
                return REFERENCE_BAD;
            len = len << 4 | (unsigned)hex(line.p[at]);
        }
        if (at == 0 || (at < line.len && line.p[at] != ';'))
            return REFERENCE_BAD;
        if (len == 0) {
            struct fields fields = {0};
            struct reference out = {0};
            return read_fields(p, end, &fields, &out);
        }
        if (len >= (uint64_t)(end - *p))
            return REFERENCE_PART;
        *p += len;
        result = take_line(p, end, &line);
        if (result != REFERENCE_WHOLE)
            return result;
        if (line.len > 0)
            return REFERENCE_BAD;
    }
}

static enum reference_result read_length(struct text value, const uint8_t **p, const uint8_t *end)
{
    uint64_t len = 0;
    for (size_t i = 0; i < value.len; i++) {
        if (value.p[i] < '0' || value.p[i] > '9' || len > UINT64_MAX / 16)
            return REFERENCE_BAD;
        len = len * 10 + (value.p[i] - '0');
    }
    if (value.len == 0)
        return REFERENCE_BAD;
    if (len > (uint64_t)(end - *p))
        return REFERENCE_PART;
    *p += len;
    return REFERENCE_WHOLE;
}

enum reference_result reference_read(const uint8_t *p, size_t size, struct reference *out)
{
    const uint8_t *begin = p, *end = p + size;
    struct fields fields = {0};
    struct text line;
    bool is_10;
    *out = (struct reference){0};
    enum reference_result result;
    do {
        result = take_line(&p, end, &line);
    } while (result == REFERENCE_WHOLE && line.len == 0);
    if (result != REFERENCE_WHOLE)
        return result;
    if (!read_request_line(line, out, &is_10))
        return REFERENCE_BAD;
    result = read_fields(&p, end, &fields, out);
    if (result != REFERENCE_WHOLE)
        return result;
    if (fields.hosts > 1 || (fields.hosts == 0 && !is_10) ||
        (fields.codings > 0 && fields.lengths > 0) || fields.codings > 1 || fields.lengths > 1)
        return REFERENCE_BAD;
    if (fields.codings > 0 && !is(fields.coding, "chunked"))
        return REFERENCE_BAD;
    const uint8_t *body = p;
    if (fields.codings > 0)
        result = read_chunks(&p, end);
    else if (fields.lengths > 0)
        result = read_length(fields.length, &p, end);
    out->waits = fields.expects > 0 && !is_10;
    out->len = (size_t)((out->waits ? body : p) - begin);
    return result;
}
