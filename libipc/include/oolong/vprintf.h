// Formatted output one character at a time.
#ifndef OOLONG_VPRINTF_H
#define OOLONG_VPRINTF_H

#include <stdarg.h>
#include <resea/printf.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Where the characters go. `printchar` takes each; the rest is for it alone to use.
struct vprintf_context {
    void (*printchar)(struct vprintf_context *ctx, char ch);
    char *buf;
    size_t size;
    size_t index;
};

/// Formats as printf() of <resea/printf.h> does, and gives each character to `ctx->printchar`.
void vprintf_with_context(struct vprintf_context *ctx, const char *fmt, va_list args);
void printf_with_context(struct vprintf_context *ctx, const char *fmt, ...);

#ifdef __cplusplus
}
#endif

#endif
