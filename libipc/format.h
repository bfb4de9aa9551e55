// Formatting as C's printf() does, and %pI4 and %pI6 besides: see <resea/printf.h>.
#ifndef LIBIPC_FORMAT_H
#define LIBIPC_FORMAT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/// Takes `len` more characters of what is formatted.
typedef void (*format_put)(void *to, const char *text, size_t len);

/// Whether a format has conversions that C does not know.
bool oolong_format_is_meant(const char *fmt);

/// Formats into `put`, piece by piece. Returns how many characters that were.
size_t oolong_format(format_put put, void *to, const char *fmt, va_list list);

/// The same as vsnprintf() does it.
int oolong_format_line(char *text, size_t size, const char *fmt, va_list args);

#endif
