// The program's printf(), which knows %pI4 and %pI6 too. Nothing else is here, so that a program
// which has a printf() of its own does not get this one.

#include <stdarg.h>
#include <stdio.h>
#include "format.h"

// The name by which a program that is built with _FORTIFY_SOURCE calls it.
int __printf_chk(int flag, const char *fmt, ...);

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

int printf(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int n = print(fmt, args);
    va_end(args);
    return n;
}
