// The settings of the user's terminal. A task with the console may change them, and may be killed
// before it sets them back.
#include <signal.h>
#include <termios.h>
#include <unistd.h>
#include "suite.h"

static struct termios saved;
static bool is_saved;

void terminal_save(void)
{
    is_saved = tcgetattr(STDIN_FILENO, &saved) == 0;
    // Setting a terminal from the background would stop us.
    signal(SIGTTOU, SIG_IGN);
}

void terminal_restore(void)
{
    if (is_saved)
        tcsetattr(STDIN_FILENO, TCSANOW, &saved);
}

// Tasks are in sessions of their own, so the terminal's stop reaches the launcher alone. The one
// with the console must not go on reading what is typed to the shell behind.
void terminal_suspend(void)
{
    struct termios current;
    bool is_terminal = tcgetattr(STDIN_FILENO, &current) == 0;
    for (int slot = 1; slot < CONFIG_NUM_TASKS; slot++) {
        if (suite.tasks[slot] && suite.tasks[slot]->spec->console)
            task_kill(suite.tasks[slot], SIGSTOP);
    }
    terminal_restore();
    kill(getpid(), SIGSTOP);
    if (is_terminal)
        tcsetattr(STDIN_FILENO, TCSANOW, &current);
    for (int slot = 1; slot < CONFIG_NUM_TASKS; slot++) {
        if (suite.tasks[slot] && suite.tasks[slot]->spec->console)
            task_kill(suite.tasks[slot], SIGCONT);
    }
    terminal_redraw();
}

bool terminal_has_line(void)
{
    struct termios current;
    return is_saved && tcgetattr(STDIN_FILENO, &current) == 0 && !(current.c_lflag & ICANON);
}

void terminal_redraw(void)
{
    for (int slot = 1; slot < CONFIG_NUM_TASKS; slot++) {
        struct task *task = suite.tasks[slot];
        if (!task || !task->spec->console || task->phase != TASK_READY)
            continue;
        struct packet packet = {.type = CTL_CONSOLE, .word = wire_word(WIRE_CONTROL, 0, 0)};
        channels_push(&suite.channels, task->id, &packet, NULL, 0);
    }
}
