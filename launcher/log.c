// See log.h.
#include "log.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <oolong/log_limit.h>
#include "mask.h"
#include "util.h"

#define RECENT_LEN 4096

static bool write_directly(char *text)
{
    mask_print(stderr, "oolong: %s", text);
    return true;
}

static bool (*writer)(char *text) = write_directly;
static unsigned verbosity;

static struct {
    struct log_limit limit;
    uint32_t repeated, unread;
} own;

// The last lines, for sys_kdebug("_log").
static struct {
    char text[RECENT_LEN];
    size_t len;
} recent;

static void keep(const char *line)
{
    size_t len = strnlen(line, RECENT_LEN - 1);
    while (recent.len + len + 1 > RECENT_LEN) {
        const char *end = memchr(recent.text, '\n', recent.len);
        size_t first = (size_t)(end - recent.text) + 1;
        recent.len -= first;
        memmove(recent.text, recent.text + first, recent.len);
    }
    memcpy(recent.text + recent.len, line, len);
    recent.text[recent.len + len] = '\n';
    recent.len += len + 1;
}

void log_set_writer(bool (*write)(char *text))
{
    writer = write;
}

void log_set_level(unsigned level)
{
    verbosity = level;
}

char *log_recent(void)
{
    return xasprintf("%.*s", (int)recent.len, recent.text);
}

// Keeps a line and writes it.
static bool say(char *text)
{
    keep(text);
    return writer(text);
}

static void log_line(const char *format, va_list args)
{
    char *text = xvasprintf(format, args);
    // Lines that differ only in numbers, such as ids, count as the same line.
    if (!log_limit_pass(&own.limit, log_key(text, true), now_ns()))
        own.repeated++;
    else if (!say(text))
        own.unread++;
    free(text);
}

void log_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    log_line(format, args);
    va_end(args);
}

void log_verbose(unsigned level, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (verbosity >= level)
        log_line(format, args);
    va_end(args);
}

bool log_left_out(const char *whose, uint32_t repeated, uint32_t unread)
{
    char *text =
        xasprintf("%s: lines left out: %u that repeat others, %u that were not read in time", whose,
                  repeated, unread);
    bool was_said = say(text);
    free(text);
    return was_said;
}

void log_tell_own(void)
{
    if ((own.repeated || own.unread) && log_left_out("these messages", own.repeated, own.unread))
        own.repeated = own.unread = 0;
}
