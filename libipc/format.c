// Formatting: C's own, conversion by conversion, because %pI4 and %pI6 are none of C's.

#include "format.h"
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <oolong/vprintf.h>

#define MAX_SPEC 64

// A conversion: from % to its letter.
struct spec {
    char text[MAX_SPEC]; // the conversion as C knows it, without the length and the letter
    size_t len;
    int length; // hh -2, h -1, none 0, l 1, ll 2, L 3; j, z and t are as ll
    char letter;
};

// A structure, because functions need the list's address: a va_list parameter has no usable one.
struct arguments {
    va_list list;
};

static void add(struct spec *spec, char c)
{
    if (spec->len < MAX_SPEC - 4) // room for a length, the letter and the end
        spec->text[spec->len++] = c;
}

static void add_number(struct spec *spec, int n)
{
    char digits[16];
    int len = snprintf(digits, sizeof(digits), "%d", n);
    for (int i = 0; i < len; i++)
        add(spec, digits[i]);
}

// Reads flags, width and precision. A `*` takes its value from an argument.
static const char *read_shape(const char *fmt, struct spec *spec, struct arguments *args)
{
    for (; *fmt && strchr("-+ #0'.*123456789", *fmt); fmt++) {
        if (*fmt == '*')
            add_number(spec, va_arg(args->list, int));
        else
            add(spec, *fmt);
    }
    return fmt;
}

static const char *read_length(const char *fmt, struct spec *spec)
{
    for (; *fmt && strchr("hljztqL", *fmt); fmt++)
        spec->length += *fmt == 'h' ? -1 : *fmt == 'l' ? 1 : *fmt == 'L' ? 3 : 2;
    return fmt;
}

static const char *read_spec(const char *fmt, struct spec *spec, struct arguments *args)
{
    *spec = (struct spec){.text = "%", .len = 1};
    fmt = read_shape(fmt + 1, spec, args);
    fmt = read_length(fmt, spec);
    spec->letter = *fmt;
    return *fmt ? fmt + 1 : fmt;
}

static const char *complete(struct spec *spec, const char *length)
{
    size_t room = MAX_SPEC - spec->len;
    snprintf(spec->text + spec->len, room, "%s%c", length, spec->letter);
    return spec->text;
}

static int put_signed(char **text, struct spec *spec, struct arguments *args)
{
    intmax_t n = spec->length > 0 ? va_arg(args->list, long) : va_arg(args->list, int);
    n = spec->length == -1 ? (short)n : spec->length < -1 ? (signed char)n : n;
    return asprintf(text, complete(spec, "j"), n);
}

static int put_unsigned(char **text, struct spec *spec, struct arguments *args)
{
    uintmax_t n =
        spec->length > 0 ? va_arg(args->list, unsigned long) : va_arg(args->list, unsigned);
    n = spec->length == -1 ? (unsigned short)n : spec->length < -1 ? (unsigned char)n : n;
    return asprintf(text, complete(spec, "j"), n);
}

static int put_double(char **text, struct spec *spec, struct arguments *args)
{
    if (spec->length == 3)
        return asprintf(text, complete(spec, "L"), va_arg(args->list, long double));
    return asprintf(text, complete(spec, ""), va_arg(args->list, double));
}

// Converts one argument as C does. -1: C has no conversion with this letter, or there is no memory.
static int convert(char **text, struct spec *spec, struct arguments *args)
{
    switch (spec->letter) {
    case 'd':
    case 'i':
        return put_signed(text, spec, args);
    case 'o':
    case 'u':
    case 'x':
    case 'X':
        return put_unsigned(text, spec, args);
    case 'c':
        if (spec->length > 0)
            return asprintf(text, complete(spec, "l"), va_arg(args->list, wint_t));
        return asprintf(text, complete(spec, ""), va_arg(args->list, int));
    case 's':
        return asprintf(text, complete(spec, spec->length > 0 ? "l" : ""),
                        va_arg(args->list, void *));
    case 'p':
        return asprintf(text, complete(spec, ""), va_arg(args->list, void *));
    case 'm':
    case '%':
        return asprintf(text, complete(spec, ""), 0); // these conversions take no argument
    default:
        return spec->letter && strchr("eEfFgGaA", spec->letter) ? put_double(text, spec, args) : -1;
    }
}

// Converts for %pI4 and %pI6. False: the conversion is neither.
static bool put_address(char text[INET6_ADDRSTRLEN], char version, struct arguments *args)
{
    if (version == '4') {
        uint32_t addr = htonl(va_arg(args->list, uint32_t));
        return inet_ntop(AF_INET, &addr, text, INET6_ADDRSTRLEN);
    }
    if (version != '6')
        return false;
    const void *addr = va_arg(args->list, const void *);
    if (!addr)
        return strcpy(text, "(null)");
    return inet_ntop(AF_INET6, addr, text, INET6_ADDRSTRLEN);
}

bool oolong_format_is_meant(const char *fmt)
{
    return strstr(fmt, "%pI");
}

size_t oolong_format(format_put put, void *to, const char *fmt, va_list list)
{
    size_t total = 0;
    struct arguments args;
    va_copy(args.list, list);
    while (*fmt) {
        char address[INET6_ADDRSTRLEN];
        char *made = NULL;
        const char *text = fmt, *end = fmt + strcspn(fmt, "%");
        size_t len = (size_t)(end - fmt);
        if (len == 0) {
            struct spec spec;
            end = read_spec(fmt, &spec, &args);
            if (spec.letter == 'p' && *end == 'I' && put_address(address, end[1], &args)) {
                text = address;
                len = strlen(address);
                end += 2;
            } else {
                int made_len = convert(&made, &spec, &args);
                text = made_len < 0 ? fmt : made;
                len = (size_t)(made_len < 0 ? end - fmt : made_len);
            }
        }
        put(to, text, len);
        free(made);
        total += len;
        fmt = end;
    }
    va_end(args.list);
    return total;
}

struct line {
    char *text;
    size_t room, len; // without the NUL
};

static void put_line(void *to, const char *text, size_t len)
{
    struct line *line = to;
    size_t n = MIN(len, line->room - line->len);
    memcpy(line->text + line->len, text, n);
    line->len += n;
}

int oolong_format_line(char *text, size_t size, const char *fmt, va_list args)
{
    struct line line = {.text = text, .room = size - 1};
    size_t len = oolong_format(put_line, &line, fmt, args);
    text[line.len] = '\0';
    return (int)len;
}

static void put_chars(void *to, const char *text, size_t len)
{
    struct vprintf_context *ctx = to;
    for (size_t i = 0; i < len; i++)
        ctx->printchar(ctx, text[i]);
}

void vprintf_with_context(struct vprintf_context *ctx, const char *fmt, va_list args)
{
    oolong_format(put_chars, ctx, fmt, args);
}

void printf_with_context(struct vprintf_context *ctx, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vprintf_with_context(ctx, fmt, args);
    va_end(args);
}
