// Printing, logging and assertions. printf() writes to the task's standard output and waits for the
// reader, so nothing is lost. The macros below write a line to the task's log and never wait: a
// line for which there is no room is left out, and the launcher says how many were. The launcher
// puts the task's name in front of each line of both.
//
// printf() and the macros know two conversions besides those of C: %pI4 is an IPv4 address (a
// uint32_t in host byte order), and %pI6 is an IPv6 address (a pointer to its 16 bytes).
#ifndef RESEA_PRINTF_H
#define RESEA_PRINTF_H

#include <stdio.h>
#include <resea/ipc.h>
#include <resea/task.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Writes the bytes that printf() has buffered.
void printf_flush(void);

/// Writes one line to the log: `prefix`, the text and a newline. Of lines with the same text, 20 at
/// once and then one a second are written. The others are left out and counted.
void oolong_log(const char *prefix, const char *fmt, ...)
    __attribute__((cold, format(printf, 2, 3)));

/// The same for lines that a peer may provoke: the limit counts all lines with the same `fmt`.
void oolong_warn(const char *prefix, const char *fmt, ...)
    __attribute__((cold, format(printf, 2, 3)));

/// Writes one line to the log, and ends the task as crashed (SIGABRT).
void oolong_panic(const char *fmt, ...) __attribute__((cold, format(printf, 1, 2), noreturn));

/// Prints `len` bytes, 16 a line, in hexadecimal and ASCII.
void oolong_hexdump(const void *ptr, size_t len);

#ifdef __cplusplus
}
#endif

/// The name that the suite gives the caller, as task_name().
static inline const char *__program_name(void)
{
    return task_name();
}

#ifndef halt // a program may have one of its own
/// Ends the calling task, as task_exit().
static inline __noreturn void halt(void)
{
    task_exit();
}
#endif

// The names of colours are for sources that use them, and stand for nothing: the launcher colours
// lines, and no escape sequence of a task reaches a terminal.
#define SGR_ERR      ""
#define SGR_WARN     ""
#define SGR_WARN_DBG ""
#define SGR_INFO     ""
#define SGR_DEBUG    ""
#define SGR_RESET    ""

// Whether TRACE, WARN_DBG and DEBUG_ASSERT exist.
#ifndef OOLONG_DEBUG
#ifdef NDEBUG
#define OOLONG_DEBUG 0
#else
#define OOLONG_DEBUG 1
#endif
#endif

#define DBG(fmt, ...)  oolong_log("", fmt, ##__VA_ARGS__)
#define INFO(fmt, ...) oolong_log("", fmt, ##__VA_ARGS__)
#define WARN(fmt, ...) oolong_warn("warning: ", fmt, ##__VA_ARGS__)

#define TRACE(fmt, ...)                                                                            \
    do {                                                                                           \
        if (OOLONG_DEBUG)                                                                          \
            oolong_log("trace: ", fmt, ##__VA_ARGS__);                                             \
    } while (0)
#define WARN_DBG(fmt, ...)                                                                         \
    do {                                                                                           \
        if (OOLONG_DEBUG)                                                                          \
            oolong_warn("warning: ", fmt, ##__VA_ARGS__);                                          \
    } while (0)

#define HEXDUMP(ptr, len) oolong_hexdump((ptr), (len))

#define PANIC(fmt, ...) oolong_panic("%s:%d: " fmt, __FILE__, __LINE__, ##__VA_ARGS__)
#define NYI()           PANIC("%s is not implemented", __func__)
#define UNREACHABLE()   PANIC("unreachable code was reached in %s", __func__)

#define ASSERT(expr)                                                                               \
    do {                                                                                           \
        if (!(expr))                                                                               \
            PANIC("assertion failed: %s", #expr);                                                  \
    } while (0)
#define DEBUG_ASSERT(expr)                                                                         \
    do {                                                                                           \
        if (OOLONG_DEBUG && !(expr))                                                               \
            PANIC("assertion failed: %s", #expr);                                                  \
    } while (0)
#define ASSERT_OK(expr)                                                                            \
    do {                                                                                           \
        error_t assert_ok_err_ = (expr);                                                           \
        if (IS_ERROR(assert_ok_err_))                                                              \
            PANIC("%s failed: %s", #expr, err2str(assert_ok_err_));                                \
    } while (0)

// Logs that something should not have happened, and goes on.
#define OOPS(fmt, ...) oolong_warn("oops: ", "%s:%d: " fmt, __FILE__, __LINE__, ##__VA_ARGS__)
#define OOPS_OK(expr)                                                                              \
    do {                                                                                           \
        error_t oops_ok_err_ = (expr);                                                             \
        if (IS_ERROR(oops_ok_err_))                                                                \
            OOPS("%s failed: %s", #expr, err2str(oops_ok_err_));                                   \
    } while (0)

// Prints a measurement on standard output: one JSON object in a line.
#define METRIC(key, value)                                                                         \
    printf("{\"type\": \"metric\", \"key\": \"%s\", \"value\": %lld}\n", (key), (long long)(value))

#endif
