// Checks the first line and the field syntax: see request_line.h.
#include "request_line.h"
#include <string.h>

#define BEFORE_MAX 16u // bytes of empty lines before a request

bool is_token_char(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

static unsigned take_method(struct request_line *line, uint8_t c)
{
    if (c == ' ' && line->method_len > 0) {
        line->state = LINE_TARGET;
        return 0;
    }
    if (!is_token_char(c))
        return 400;
    if (line->method_len == METHOD_MAX)
        return 501; // longer than any known method
    line->method[line->method_len++] = (char)c;
    line->method[line->method_len] = '\0';
    return 0;
}

static unsigned take_target(struct request_line *line, uint8_t c)
{
    if (c == ' ' && line->target_len > 0) {
        line->state = LINE_VERSION;
        return 0;
    }
    // A client keeps a fragment to itself. Bytes beyond ASCII are not allowed in a URI, but clients
    // send them in names.
    if (c <= ' ' || c == 0x7f || c == '#')
        return 400;
    if (line->target_len == TARGET_MAX)
        return 414;
    line->target[line->target_len++] = (char)c;
    line->target[line->target_len] = '\0';
    return 0;
}

// "HTTP/1.1"
static unsigned take_version(struct request_line *line, uint8_t c)
{
    static const char name[] = "HTTP/";
    size_t at = line->version_len++;
    bool is_digit = c >= '0' && c <= '9';
    bool good = at < strlen(name) ? c == (uint8_t)name[at] : at == 6 ? c == '.' : is_digit;
    if (!good)
        return 400;
    if (at == 5)
        line->major = c - '0';
    if (at == 7) {
        line->minor = c - '0';
        line->state = LINE_CR;
    }
    return 0;
}

unsigned request_line_take(struct request_line *line, uint8_t c)
{
    switch (line->state) {
    case LINE_BEFORE:
        if (c != '\r') {
            line->state = LINE_METHOD;
            return take_method(line, c);
        }
        line->state = LINE_BEFORE_LF;
        line->before_len += 2;
        return line->before_len <= BEFORE_MAX ? 0 : 400;
    case LINE_BEFORE_LF:
        line->state = LINE_BEFORE;
        return c == '\n' ? 0 : 400;
    case LINE_METHOD:
        return take_method(line, c);
    case LINE_TARGET:
        return take_target(line, c);
    case LINE_VERSION:
        return take_version(line, c);
    case LINE_CR:
        line->state = LINE_LF;
        return c == '\r' ? 0 : 400;
    case LINE_LF:
        line->state = LINE_DONE;
        return c == '\n' ? 0 : 400;
    case LINE_DONE:
        break;
    }
    return 400;
}

// A line must not begin with a blank (a value of several lines). A name must not be empty or be
// followed by a blank. A line ends with CR LF, and neither byte is allowed elsewhere.
static enum fields_state next_state(enum fields_state state, uint8_t c)
{
    switch (state) {
    case FIELDS_BEGIN:
        return c == '\r' ? FIELDS_LAST_LF : is_token_char(c) ? FIELDS_NAME : FIELDS_BAD;
    case FIELDS_NAME:
        return c == ':' ? FIELDS_VALUE : is_token_char(c) ? FIELDS_NAME : FIELDS_BAD;
    case FIELDS_VALUE:
        if (c == '\r')
            return FIELDS_LF;
        return c == '\t' || (c >= ' ' && c != 0x7f) ? FIELDS_VALUE : FIELDS_BAD;
    case FIELDS_LF:
        return c == '\n' ? FIELDS_BEGIN : FIELDS_BAD;
    case FIELDS_LAST_LF:
        return c == '\n' ? FIELDS_DONE : FIELDS_BAD;
    case FIELDS_DONE:
    case FIELDS_BAD:
        break;
    }
    return state;
}

size_t fields_take(enum fields_state *state, const uint8_t *bytes, size_t len)
{
    size_t at = 0;
    while (at < len && *state != FIELDS_DONE) {
        *state = next_state(*state, bytes[at]);
        if (*state == FIELDS_BAD)
            break;
        at++;
    }
    return at;
}
