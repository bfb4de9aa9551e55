// The user's terminal: a task that changed the terminal's settings is stopped together with the
// launcher. Whatever happens to the task, the old settings are back when the launcher has ended.
//
//   sandbox_terminal OOLONG SUITE.ini
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

static int master, slave;
static struct termios before;

static void expect(int is_true, const char *what)
{
    if (is_true)
        return;
    fprintf(stderr, "expected: %s\n", what);
    exit(1);
}

static int is_raw(void)
{
    struct termios now;
    expect(tcgetattr(slave, &now) == 0, "the terminal is there");
    return !(now.c_lflag & ICANON);
}

static int is_restored(void)
{
    struct termios now;
    expect(tcgetattr(slave, &now) == 0, "the terminal is there");
    return now.c_lflag == before.c_lflag && now.c_iflag == before.c_iflag &&
           now.c_oflag == before.c_oflag;
}

// Waits up to 10 seconds until the terminal has this state.
static int comes(int (*state)(void))
{
    for (int i = 0; i < 1000 && !state(); i++)
        poll(NULL, 0, 10);
    return state();
}

static pid_t start(char **argv)
{
    pid_t pid = fork();
    expect(pid >= 0, "fork");
    if (pid == 0) {
        close(master);
        login_tty(slave);
        execl(argv[1], "oolong", "run", argv[2], (char *)NULL);
        _exit(126);
    }
    return pid;
}

static void ends(pid_t pid, int status)
{
    int got;
    expect(waitpid(pid, &got, 0) == pid, "the launcher ends");
    expect(WIFEXITED(got) && WEXITSTATUS(got) == status, "its exit status");
    expect(is_restored(), "the settings are restored at the end");
}

int main(int argc, char **argv)
{
    int status;
    expect(argc == 3, "two arguments");
    expect(openpty(&master, &slave, NULL, NULL, NULL) == 0, "a terminal");
    expect(tcgetattr(slave, &before) == 0, "its settings");

    pid_t pid = start(argv);
    expect(comes(is_raw), "the task changes the terminal");
    kill(pid, SIGINT);
    ends(pid, 130);

    pid = start(argv);
    expect(comes(is_raw), "the task changes the terminal");
    kill(pid, SIGTSTP);
    expect(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status), "the launcher stops");
    expect(is_restored(), "the settings are restored while it is stopped");
    kill(pid, SIGCONT);
    expect(comes(is_raw), "the task has its settings back");
    kill(pid, SIGTERM);
    ends(pid, 143);
    return 0;
}
