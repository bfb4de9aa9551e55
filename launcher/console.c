// See console.h.
#include "console.h"
#include <signal.h>
#include "suite.h"
#include "terminal.h"

static void signal_all(int signal)
{
    for (int slot = 1; slot < CONFIG_NUM_TASKS; slot++) {
        if (suite.tasks[slot] && suite.tasks[slot]->spec->console)
            task_kill(suite.tasks[slot], signal);
    }
}

// Tasks are in sessions of their own, so the terminal's stop signal reaches the launcher alone.
// Without SIGSTOP, a task would go on reading what the user types for the shell.
void console_suspend(void)
{
    signal_all(SIGSTOP);
    terminal_suspend();
    signal_all(SIGCONT);
    console_redraw();
}

void console_redraw(void)
{
    for (int slot = 1; slot < CONFIG_NUM_TASKS; slot++) {
        struct task *task = suite.tasks[slot];
        if (!task || !task->spec->console || task->phase != TASK_READY)
            continue;
        struct packet packet = {.type = CTL_CONSOLE, .word = wire_word(WIRE_CONTROL, 0, 0)};
        channels_push(&suite.channels, task->id, &packet, NULL, 0);
    }
}
