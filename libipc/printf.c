// Printing to standard output. Unlike the log, it waits for a slow reader.

#include "printf.h"
#include <resea/printf.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>
#include <resea/syscall.h>
#include "format.h"

void printf_flush(void)
{
    fflush(stdout);
}

error_t sys_console_write(const char *buf, size_t len)
{
    printf_flush();
    while (len > 0) {
        ssize_t n = write(STDOUT_FILENO, buf, len);
        if (n <= 0)
            break; // the error cannot be reported
        buf += n;
        len -= (size_t)n;
    }
    return OK;
}

// The program's printf() is the one here, which knows %pI4 and %pI6 too. It is in an object that
// every task links, so that it also takes the place of that of a sanitizer's library.

static void put_stdout(void *to, const char *text, size_t len)
{
    fwrite(text, 1, len, to);
}

static int print(const char *fmt, va_list args)
{
    if (oolong_format_is_meant(fmt))
        return (int)oolong_format(put_stdout, stdout, fmt, args);
    return vfprintf(stdout, fmt, args);
}

int __printf_chk(int flag, const char *fmt, ...)
{
    (void)flag;
    va_list args;
    va_start(args, fmt);
    int n = print(fmt, args);
    va_end(args);
    return n;
}

int oolong_printf(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int n = print(fmt, args);
    va_end(args);
    return n;
}
