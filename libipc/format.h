// Formats as C's printf() does, with two more conversions, %pI4 and %pI6: see <resea/printf.h>.
#ifndef LIBIPC_FORMAT_H
#define LIBIPC_FORMAT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/// Takes the next `len` formatted characters.
typedef void (*format_put)(void *to, const char *text, size_t len);

/// Whether a format has conversions that C does not know.
bool oolong_format_is_meant(const char *fmt);

/// Formats and passes the text to `put`, piece by piece. Returns the number of characters.
size_t oolong_format(format_put put, void *to, const char *fmt, va_list list);

/// Formats into `text` as vsnprintf() does. `size` is at least 1.
int oolong_format_line(char *text, size_t size, const char *fmt, va_list args);

#endif
