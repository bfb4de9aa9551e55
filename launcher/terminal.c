// tcgetattr(3) and tcsetattr(3); see terminal.h.
#include "terminal.h"
#include <signal.h>
#include <termios.h>
#include <unistd.h>

static struct termios saved;
static bool is_saved;

void terminal_save(void)
{
    is_saved = tcgetattr(STDIN_FILENO, &saved) == 0;
    // Setting the terminal from the background would stop the launcher.
    signal(SIGTTOU, SIG_IGN);
}

void terminal_restore(void)
{
    if (is_saved)
        tcsetattr(STDIN_FILENO, TCSANOW, &saved);
}

void terminal_suspend(void)
{
    struct termios current;
    bool is_terminal = tcgetattr(STDIN_FILENO, &current) == 0;
    terminal_restore();
    kill(getpid(), SIGSTOP);
    if (is_terminal)
        tcsetattr(STDIN_FILENO, TCSANOW, &current);
}

bool terminal_has_line(void)
{
    struct termios current;
    return is_saved && tcgetattr(STDIN_FILENO, &current) == 0 && !(current.c_lflag & ICANON);
}
