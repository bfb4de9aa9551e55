// The launcher's messages to its user: one line each, on standard error with "oolong: " in front.
// The launcher never waits for the reader of these lines: a line that repeats others too often, or
// that finds no room, is left out and counted.
#ifndef LAUNCHER_LOG_H
#define LAUNCHER_LOG_H

#include <stdbool.h>
#include <stdint.h>

// Writes one message from now on; `text` may be changed. False: too much waits to be written, and
// the message was left out. Until this is called, messages go to standard error directly.
void log_set_writer(bool (*write)(char *text));

// How often --verbose was given.
void log_set_level(unsigned level);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
// Only with --verbose given `level` times or more.
void log_verbose(unsigned level, const char *format, ...) __attribute__((format(printf, 2, 3)));

// The last 4 KiB of messages. The caller frees them.
char *log_recent(void);

// Says how many lines of `whose` log were left out. False: that was left out too.
bool log_left_out(const char *whose, uint32_t repeated, uint32_t unread);
// The same for the launcher's own messages, if any were left out since the last time.
void log_tell_own(void);

#endif
