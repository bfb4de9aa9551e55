// Owns the log: lines for people about what happens in the task. A line is one write, so that lines
// of many tasks do not mix.
//
// A task never waits for a slow reader of the log. A line for which there is no room is left out.
// So is a line that is repeated too often, because a peer can provoke it. The state page counts
// both, and the launcher reports the counts. There is one exception: while the launcher still reads
// the log and is only busy, a line of the program's own waits for a while.

#include <resea/printf.h>
#include <ctype.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>
#include <oolong/internal.h>
#include <oolong/log_limit.h>
#include "clock.h"
#include "futex.h"
#include "format.h"
#include "log.h"

#define MAX_LINE 1024 // no more than PIPE_BUF: a line is written as a whole, or not at all

#define LOOK_NS     1000000    // between two attempts to write
#define PATIENCE_NS 1000000000 // the longest wait for room

static int log_fd = STDERR_FILENO;
static bool launcher_is_stopped; // as far as we know

void log_begin(void)
{
    log_fd = WIRE_LOG_FD;
}

static void count(_Atomic uint32_t *lines)
{
    atomic_fetch_add_explicit(lines, 1, memory_order_relaxed);
}

static size_t make_line(char line[MAX_LINE], const char *prefix, const char *fmt, va_list args)
{
    size_t len = (size_t)snprintf(line, MAX_LINE, "%s", prefix);
    size_t room = MAX_LINE - len;
    int n = oolong_format_is_meant(fmt) ? oolong_format_line(line + len, room, fmt, args)
                                        : vsnprintf(line + len, room, fmt, args);
    len = n < 0 ? len : MIN(len + (size_t)n, (size_t)MAX_LINE - 2);
    line[len] = '\0';
    return len;
}

static bool try_line(const char *line, size_t len)
{
    return write(log_fd, line, len) == (ssize_t)len;
}

// Tries again while the launcher reads. After a wait in vain, the task does not wait again until
// there was room.
static bool try_for_a_while(const struct state_page *page, const char *line, size_t len)
{
    uint64_t now = clock_now_ns(), end = now + PATIENCE_NS;
    while (!launcher_is_stopped && !atomic_load(&page->output_paused)) {
        struct futex_word word = {&page->output_paused, 0};
        futex_wait(&word, 1, now + LOOK_NS);
        if (try_line(line, len))
            return true;
        now = clock_now_ns();
        launcher_is_stopped = now >= end;
    }
    return false;
}

static void write_line(char line[MAX_LINE], size_t len, bool may_wait)
{
    struct state_page *page = ipc_own_page();
    line[len++] = '\n';
    if (try_line(line, len))
        launcher_is_stopped = false;
    else if (page && !(may_wait && try_for_a_while(page, line, len)))
        count(&page->lines_unread);
}

static bool is_repeated(struct log_limit *limit, uint64_t key)
{
    struct state_page *page = ipc_own_page();
    bool repeated = !log_limit_pass(limit, key, clock_now_ns());
    if (repeated && page)
        count(&page->lines_repeated);
    return repeated;
}

void oolong_log(const char *prefix, const char *fmt, ...)
{
    static struct log_limit limit;
    char line[MAX_LINE];
    va_list args;
    va_start(args, fmt);
    size_t len = make_line(line, prefix, fmt, args);
    va_end(args);
    if (!is_repeated(&limit, log_key(line, false)))
        write_line(line, len, true);
}

void oolong_warn(const char *prefix, const char *fmt, ...)
{
    static struct log_limit limit;
    char line[MAX_LINE];
    va_list args;
    if (is_repeated(&limit, log_key(fmt, false)))
        return;
    va_start(args, fmt);
    size_t len = make_line(line, prefix, fmt, args);
    va_end(args);
    write_line(line, len, false);
}

void oolong_panic(const char *fmt, ...)
{
    char line[MAX_LINE];
    va_list args;
    va_start(args, fmt);
    size_t len = make_line(line, "panic: ", fmt, args);
    va_end(args);
    write_line(line, len, true);
    printf_flush();
    task_abort();
}

void oolong_hexdump(const void *ptr, size_t len)
{
    const uint8_t *p = ptr;
    for (size_t at = 0; at < len; at += 16) {
        char line[96];
        size_t n = (size_t)snprintf(line, sizeof(line), "%08zx: ", at);
        for (size_t i = at; i < at + 16; i++)
            n += (size_t)(i < len ? snprintf(line + n, sizeof(line) - n, "%02x ", p[i])
                                  : snprintf(line + n, sizeof(line) - n, "   "));
        line[n++] = ' ';
        for (size_t i = at; i < MIN(at + 16, len); i++)
            line[n++] = isprint(p[i]) ? (char)p[i] : '.';
        line[n] = '\0';
        oolong_log("", "%s", line);
    }
}
