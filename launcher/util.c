// Lists of strings and command lines; see util.h.
#include "util.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

void strings_add(struct strings *list, const char *text)
{
    list->items = xreallocarray(list->items, list->len + 2, sizeof(char *));
    list->items[list->len++] = xstrdup(text);
    list->items[list->len] = NULL;
}

void strings_free(struct strings *list)
{
    for (size_t i = 0; i < list->len; i++)
        free(list->items[i]);
    free(list->items);
    *list = (struct strings){0};
}

bool strings_contain(const struct strings *list, const char *text)
{
    for (size_t i = 0; i < list->len; i++) {
        if (!strcmp(list->items[i], text))
            return true;
    }
    return false;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// Copies one word from `*text` to `word`, which has room for all of the text.
static const char *split_word(const char **text, char *word)
{
    const char *p = *text;
    char quote = 0;
    for (; *p && (quote || !is_blank(*p)); p++) {
        if (quote == *p && quote) {
            quote = 0;
        } else if (!quote && (*p == '\'' || *p == '"')) {
            quote = *p;
        } else if (*p == '\\' && (!quote || (quote == '"' && (p[1] == '"' || p[1] == '\\')))) {
            if (!*++p)
                return "a backslash at the end";
            *word++ = *p;
        } else {
            *word++ = *p;
        }
    }
    *word = '\0';
    *text = p;
    return quote ? "a quote that is not closed" : NULL;
}

const char *split_command(const char *text, struct strings *list)
{
    char *word = xcalloc(1, strlen(text) + 1);
    const char *error = NULL;
    while (!error) {
        while (is_blank(*text))
            text++;
        if (!*text)
            break;
        error = split_word(&text, word);
        if (!error)
            strings_add(list, word);
    }
    free(word);
    return error;
}

bool is_plain_name(const char *text)
{
    size_t len = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");
    return len > 0 && len < 64 && !text[len];
}

const char *error_text(int error)
{
    static char text[160];
    struct rlimit limit;
    if (error == EMFILE) {
        snprintf(text, sizeof(text), "%s (see 'ulimit -Hn')", strerror(error));
        return text;
    }
    if (error != EFBIG || getrlimit(RLIMIT_FSIZE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
        return strerror(error);
    snprintf(text, sizeof(text),
             "%s: the limit of a file's size, which counts for shared memory too, is %llu KiB "
             "(ulimit -f)",
             strerror(error), (unsigned long long)limit.rlim_cur >> 10);
    return text;
}

uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}
