// Reads the lines of a suite file; see lines.h.
#include "lines.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "util.h"

struct reader {
    const struct lines_user *user;
    void *arg;
    int line;
    const char *key; // the key that a line that begins with a blank continues, or NULL
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\v' || c == '\f';
}

static char *skip_blanks(char *text)
{
    while (is_blank(*text))
        text++;
    return text;
}

static void cut_blanks(char *text)
{
    size_t len = strlen(text);
    while (len > 0 && is_blank(text[len - 1]))
        text[--len] = '\0';
}

// A comment after a value begins with a blank and a semicolon.
static bool cut_comment(char *text)
{
    for (char *c = text; *c; c++) {
        if (*c == ';' && c > text && is_blank(c[-1])) {
            *c = '\0';
            return true;
        }
    }
    return false;
}

// Whether an indented line was meant as a key, such as "vital = yes". Lists have names or
// arguments.
static bool looks_like_pair(const char *text)
{
    size_t len = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");
    if (len == 0 || *text == '-')
        return false;
    while (is_blank(text[len]))
        len++;
    return text[len] == '=';
}

static void read_head(struct reader *r, char *text)
{
    char *end = strchr(text, ']');
    if (!end) {
        r->user->error(r->arg, r->line, "the section's head has no ]");
        *text = '\0'; // a head without a name is broken
    } else {
        const char *rest = skip_blanks(end + 1);
        if (*rest && *rest != '#' && *rest != ';')
            r->user->error(r->arg, r->line,
                           "text after the section's head belongs on the next line");
        *end = '\0';
    }
    r->key = NULL;
    r->user->section(r->arg, r->line, *text ? text + 1 : NULL);
}

static void read_more(struct reader *r, const char *text, bool has_comment)
{
    if (*text == '[' || looks_like_pair(text)) {
        char *error = xasprintf("a line that begins with a blank continues the value of %s, but "
                                "this one looks like %s: let it begin without a blank, or put "
                                "quotes around the word",
                                r->key, *text == '[' ? "a section" : "a key");
        r->user->error(r->arg, r->line, error);
        free(error);
        return;
    }
    const struct pair pair = {r->line, r->key, text, true, has_comment};
    r->user->pair(r->arg, &pair);
}

static void read_pair(struct reader *r, char *text, bool has_comment)
{
    size_t len = strcspn(text, "=:");
    r->key = NULL;
    if (len == 0 || !text[len]) {
        r->user->error(r->arg, r->line, "neither 'key = value' nor '[section]' nor a comment");
        return;
    }
    text[len] = '\0';
    cut_blanks(text);
    r->key = text;
    const struct pair pair = {r->line, text, skip_blanks(text + len + 1), false, has_comment};
    r->user->pair(r->arg, &pair);
}

static void read_line(struct reader *r, char *line)
{
    char *text = skip_blanks(line);
    if (!*text || *text == '#' || *text == ';')
        return;
    bool has_comment = cut_comment(text);
    cut_blanks(text);
    if (text > line && r->key)
        read_more(r, text, has_comment);
    else if (*text == '[')
        read_head(r, text);
    else
        read_pair(r, text, has_comment);
}

void lines_read(const char *text, size_t len, const struct lines_user *user, void *arg)
{
    struct reader r = {.user = user, .arg = arg};
    char *copy = xcalloc(1, len + 1); // keys are used for the lines that follow
    memcpy(copy, text, len);
    size_t pos = len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0;
    while (pos < len) {
        char *line = copy + pos;
        size_t line_len = 0;
        while (pos + line_len < len && line[line_len] != '\n' && line[line_len] != '\r')
            line_len++;
        pos += line_len + 1;
        if (pos < len && line[line_len] == '\r' && copy[pos] == '\n')
            pos++;
        line[line_len] = '\0';
        r.line++;
        if (strlen(line) < line_len)
            user->error(arg, r.line, "a NUL byte");
        else
            read_line(&r, line);
    }
    free(copy);
}
