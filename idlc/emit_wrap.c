// Breaks long lines of generated C, because people read these headers.
#include <string.h>
#include "emit.h"

#define MAX_COLUMNS 100
#define INDENT      4

static size_t indent_of(const char *line, size_t len)
{
    size_t indent = 0;
    while (indent < len && line[indent] == ' ')
        indent++;
    return indent;
}

// Comments, macros and lines with a string stay as they are.
static bool is_breakable(const char *line, size_t len)
{
    size_t indent = indent_of(line, len);
    bool is_comment = len >= indent + 2 && memcmp(line + indent, "//", 2) == 0;
    return !is_comment && line[indent] != '#' && !memchr(line, '"', len);
}

// Where to break the line: after the last ", " that fits, or 0.
static size_t break_at(const char *line, size_t len, size_t room)
{
    size_t found = 0;
    for (size_t i = 1; i < len && i <= room; i++) {
        if (line[i] == ' ' && line[i - 1] == ',')
            found = i;
    }
    return found;
}

static void put_line(struct text *out, const char *line, size_t len)
{
    size_t room = MAX_COLUMNS;
    size_t indent = indent_of(line, len) + INDENT;
    while (len > room && is_breakable(line, len)) {
        size_t at = break_at(line, len, room);
        if (at == 0)
            break;
        text_append(out, line, at);
        text_printf(out, "\n%*s", (int)indent, "");
        line += at + 1;
        len -= at + 1;
        room = MAX_COLUMNS - indent;
    }
    text_append(out, line, len);
    text_putc(out, '\n');
}

void emit_wrap(struct text *text)
{
    struct text wrapped = {0};
    const char *line = text->chars;
    while (line && *line) {
        const char *end = strchr(line, '\n');
        size_t len = end ? (size_t)(end - line) : strlen(line);
        put_line(&wrapped, line, len);
        line = end ? end + 1 : NULL;
    }
    text_free(text);
    *text = wrapped;
}
