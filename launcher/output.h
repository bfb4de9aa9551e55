// The tasks' output, line by line with their names in front, and the launcher's own messages.
// Nothing here waits: what the user's side does not take is kept, and tasks are not read from while
// there is too much of it. What a program writes itself waits in its pipe then, and the program
// with it; lines of logs (WARN() and the like, and the launcher's) are left out and counted.
#ifndef LAUNCHER_OUTPUT_H
#define LAUNCHER_OUTPUT_H

#include "loop.h"

// What one task writes, from the pipe that is its standard output and error.
struct task_output {
    struct source source; // fd -1 when it is at its end
    const char *name;
    _Atomic uint32_t *paused; // where to say that it is not read now; NULL: nowhere
    bool is_plain;            // the main task's standard output, on a terminal: no name in front
    char line[4096];
    unsigned len;
    struct task_output *next;
};

// Prepares standard output and error, and writes the launcher's own messages (log.h) from now on.
// Tasks' lines go to standard error if `on_stderr`. `line_was_wiped` is called after output has
// taken the place of a line that a task edits on the terminal.
void output_init(bool on_stderr, void (*line_was_wiped)(void));

// Takes `fd` over. `output->paused` is the caller's. `name` must live as long as the output. False,
// with errno: it cannot be read; task_output_close() is to be called all the same.
bool task_output_open(struct task_output *output, int fd, const char *name, bool is_plain);

// Whether the main task's standard output has to come to us first: ours is a terminal.
bool output_masks_main(void);

// Reads what is there (everything, when the task ended) and ends the last line.
void task_output_close(struct task_output *output);

// Whether standard output has not taken yet what tasks have printed there.
bool output_is_awaited(void);

// Waits until everything is written, at most `timeout_ms` in all.
void output_finish(unsigned timeout_ms);

#endif
