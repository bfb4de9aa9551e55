// The names by which programs call the printf() of the library. For printf.c alone: an alias is
// declared where its function is.
#ifndef LIBIPC_PRINTF_H
#define LIBIPC_PRINTF_H

int oolong_printf(const char *fmt, ...);
int printf(const char *, ...) __attribute__((alias("oolong_printf")));

/// The name by which a program that is built with _FORTIFY_SOURCE calls it.
int __printf_chk(int flag, const char *fmt, ...);

#endif
