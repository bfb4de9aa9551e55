// Splits lines into words, and joins words to lines.
#include "shell.h"
#include <stdlib.h>
#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// Takes the first word of `*line`, and removes its quotes and backslashes in place. NULL: a quote
// is not closed.
static char *take_word(char **line)
{
    char *in = *line, *out = in, *word = in;
    char quote = '\0';
    while (*in && (quote || !is_blank(*in))) {
        if (*in == quote) {
            quote = '\0';
            in++;
        } else if (!quote && (*in == '\'' || *in == '"')) {
            quote = *in++;
        } else {
            if (*in == '\\' && quote != '\'' && in[1])
                in++;
            *out++ = *in++;
        }
    }
    *line = *in ? in + 1 : in;
    *out = '\0';
    return quote ? NULL : word;
}

int split_words(char *line, char *words[WORDS_MAX])
{
    int num = 0;
    while (true) {
        while (is_blank(*line))
            line++;
        if (*line == '\0' || *line == '#')
            return num;
        if (num == WORDS_MAX)
            return ERR_TOO_LARGE;
        words[num] = take_word(&line);
        if (!words[num++])
            return ERR_INVALID_ARG;
    }
}

char *join_words(unsigned argc, char **argv)
{
    size_t size = 1;
    for (unsigned i = 0; i < argc; i++)
        size += 2 * strlen(argv[i]) + 3;
    char *line = malloc(size);
    if (!line)
        return NULL;

    char *out = line;
    for (unsigned i = 0; i < argc; i++) {
        if (i > 0)
            *out++ = ' ';
        *out++ = '"';
        for (const char *p = argv[i]; *p; p++) {
            if (*p == '"' || *p == '\\')
                *out++ = '\\';
            *out++ = *p;
        }
        *out++ = '"';
    }
    *out = '\0';
    return line;
}

bool parse_number(const char *text, unsigned long long max, unsigned long long *number)
{
    char *end;
    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (*end != '\0' || errno != 0 || value > max)
        return false;
    *number = value;
    return true;
}
