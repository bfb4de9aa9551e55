// Printing and logging. A line is one write, so that lines of many tasks do not mix.

#include <resea/printf.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <resea/syscall.h>

#define MAX_LINE 1024

void printf_flush(void)
{
    fflush(stdout);
}

static void write_all(int fd, const char *buf, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, buf, len);
        if (n <= 0)
            return; // nobody to tell
        buf += n;
        len -= (size_t)n;
    }
}

static void log_line(const char *prefix, const char *fmt, va_list args)
{
    char line[MAX_LINE];
    size_t len = (size_t)snprintf(line, sizeof(line), "%s", prefix);
    int n = vsnprintf(line + len, sizeof(line) - len, fmt, args);
    len = n < 0 ? len : MIN(len + (size_t)n, sizeof(line) - 2);
    line[len++] = '\n';
    write_all(STDERR_FILENO, line, len);
}

void oolong_log(const char *prefix, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    log_line(prefix, fmt, args);
    va_end(args);
}

void oolong_panic(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    log_line("panic: ", fmt, args);
    va_end(args);
    printf_flush();
    // Not abort(): it needs calls that the sandbox does not allow.
    __builtin_trap();
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

error_t sys_console_write(const char *buf, size_t len)
{
    printf_flush();
    write_all(STDOUT_FILENO, buf, len);
    return OK;
}
