// Doc comments as HTML. Owns the markup of a `///` comment: empty lines separate paragraphs,
// `words` between backquotes are code, and ERR_ names are errors.
#include "html_doc.h"
#include <ctype.h>
#include <string.h>

void html_escape(struct text *out, const char *chars, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        switch (chars[i]) {
        case '&':
            text_puts(out, "&amp;");
            break;
        case '<':
            text_puts(out, "&lt;");
            break;
        case '>':
            text_puts(out, "&gt;");
            break;
        case '"':
            text_puts(out, "&quot;");
            break;
        case '\n':
            text_putc(out, ' ');
            break;
        default:
            text_putc(out, chars[i]);
        }
    }
}

static size_t word_len(const char *chars, size_t len)
{
    size_t i = 0;
    while (i < len && (isalnum((unsigned char)chars[i]) || chars[i] == '_'))
        i++;
    return i;
}

static bool is_error_name(const char *chars, size_t len)
{
    return len > 4 && memcmp(chars, "ERR_", 4) == 0 && word_len(chars, len) > 4;
}

static void put_inline(struct text *out, const char *chars, size_t len)
{
    size_t i = 0;
    while (i < len) {
        const char *close = chars[i] == '`' ? memchr(chars + i + 1, '`', len - i - 1) : NULL;
        if (close) {
            size_t end = (size_t)(close - chars);
            text_puts(out, "<code>");
            html_escape(out, chars + i + 1, end - i - 1);
            text_puts(out, "</code>");
            i = end + 1;
            continue;
        }
        size_t word = word_len(chars + i, len - i);
        if (is_error_name(chars + i, word)) {
            text_printf(out, "<code class=err>%.*s</code>", (int)word, chars + i);
        } else {
            word = word > 0 ? word : 1;
            html_escape(out, chars + i, word);
        }
        i += word;
    }
}

// Where the next error of a list of errors starts: an ERR_ name after the end of a sentence.
static size_t next_error(const char *chars, size_t len)
{
    for (size_t i = 2; i < len; i++) {
        bool is_start = isspace((unsigned char)chars[i - 1]) && chars[i - 2] == '.';
        if (is_start && is_error_name(chars + i, len - i))
            return i;
    }
    return len;
}

static void put_errors(struct text *out, const char *chars, size_t len)
{
    text_puts(out, "<ul class=errors>");
    while (len > 0) {
        size_t end = next_error(chars, len);
        text_puts(out, "<li>");
        put_inline(out, chars, end);
        text_puts(out, "</li>");
        chars += end;
        len -= end;
    }
    text_puts(out, "</ul>\n");
}

void html_doc(struct text *out, const char *doc)
{
    while (doc && *doc) {
        const char *end = strstr(doc, "\n\n");
        size_t len = end ? (size_t)(end - doc) : strlen(doc);
        if (is_error_name(doc, len)) {
            put_errors(out, doc, len);
        } else if (len > 0) {
            text_puts(out, "<p>");
            put_inline(out, doc, len);
            text_puts(out, "</p>\n");
        }
        doc = end ? end + 2 : NULL;
    }
}
