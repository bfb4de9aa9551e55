// Memory that the launcher cannot go on without. What it allocates for tasks is small or has limits
// (the queue of a task, the output that waits to be written, a text to launch). So when there is no
// memory, the host has none, and refusing one request would not help: the suite ends in order. A
// reserve is freed for that end. When it is used up too, the launcher exits at once; the tasks are
// killed with it, and what was mounted is unmounted.
#ifndef LAUNCHER_MEMORY_H
#define LAUNCHER_MEMORY_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

// Makes the reserve. False: there is no memory for it.
bool memory_reserve(void);

// Bytes that there was no memory for, which has cost the reserve; 0: there was enough memory.
size_t memory_was_short_of(void);

// These never return NULL.
void *xcalloc(size_t num, size_t size);
void *xreallocarray(void *old, size_t num, size_t size);
char *xstrdup(const char *text);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

// The text that `write` prints. The caller frees it.
char *xprint(void (*write)(FILE *out));

#endif
