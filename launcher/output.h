// Writes the output of tasks, line by line with the task's name in front, and the launcher's own
// messages. The launcher never waits for the reader of its output: it keeps what cannot be written
// yet, and stops reading from tasks while it keeps too much. A program that prints then waits, as
// its pipe is full. Log lines (WARN() and the like, and the launcher's own) are left out and
// counted.
#ifndef LAUNCHER_OUTPUT_H
#define LAUNCHER_OUTPUT_H

#include "loop.h"

// The output of one task, from the pipe that is its standard output and error.
struct task_output {
    struct source source; // fd -1 at the end of the output
    const char *name;
    _Atomic uint32_t *paused; // in the task's page: its output is not read now; or NULL
    bool is_plain;            // the main task's standard output: written without a name
    char line[4096];
    unsigned len;
    struct task_output *next;
};

// Prepares standard output and error, and becomes the writer of the log. Lines of tasks go to
// standard error if `on_stderr`. `line_was_wiped` is called after output has overwritten a line
// that a task edits on the terminal.
void output_init(bool on_stderr, void (*line_was_wiped)(void));

// Takes over `fd`, the pipe. The caller has set `output->paused`. `name` must live as long as the
// output. False: the output cannot be read, see errno; call task_output_close() nevertheless.
bool task_output_open(struct task_output *output, int fd, const char *name, bool is_plain);

// Whether the launcher must read and mask the main task's standard output, because its own is a
// terminal.
bool output_masks_main(void);

// Reads the rest of the output and ends the last line.
void task_output_close(struct task_output *output);

// Whether some output of tasks to standard output was not written yet.
bool output_is_awaited(void);

// Waits until everything is written, at most `timeout_ms` in all.
void output_finish(unsigned timeout_ms);

#endif
