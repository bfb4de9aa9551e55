// Starts and ends a suite, and reads /proc.

#include "host.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

void host_pause_us(unsigned us)
{
    struct timespec time = {us / 1000000, us % 1000000 * 1000};
    nanosleep(&time, NULL);
}

// Returns the descriptor of a new board, which `host->board` maps; -1: this failed.
static int make_board(struct host *host, uint32_t seed)
{
    int fd = memfd_create("board", 0);
    void *map = MAP_FAILED;
    if (fd >= 0 && ftruncate(fd, sizeof(struct board)) == 0)
        map = mmap(NULL, sizeof(struct board), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) {
        perror("board");
        return -1;
    }
    if (host->board)
        munmap(host->board, sizeof(struct board));
    host->board = map;
    atomic_store(&host->board->seed, seed);
    return fd;
}

bool host_start(struct host *host, const char *suite, uint32_t seed)
{
    int board = make_board(host, seed);
    if (board < 0)
        return false;
    host->vm = 0;
    host->launcher = fork();
    if (host->launcher == 0) {
        char setting[64];
        snprintf(setting, sizeof(setting), "board=/proc/self/fd/%d", board);
        dup2(host->output, STDOUT_FILENO);
        dup2(host->output, STDERR_FILENO);
        const char *more = host->extra ? "--set" : NULL;
        execl(host->program, "oolong", "run", suite, "--set", setting, more, host->extra,
              (char *)NULL);
        _exit(127);
    }
    close(board);
    return host->launcher > 0;
}

static bool read_proc(pid_t pid, const char *what, char *text, size_t size)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, what);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, text, size - 1);
    if (fd >= 0)
        close(fd);
    text[got > 0 ? got : 0] = '\0';
    return got > 0;
}

// Reads the fields after the name.
static bool read_stat(pid_t pid, char *state, int *parent)
{
    char stat[512];
    if (!read_proc(pid, "stat", stat, sizeof(stat)))
        return false;
    const char *rest = strrchr(stat, ')');
    return rest && sscanf(rest, ") %c %d", state, parent) == 2;
}

char host_state(pid_t pid)
{
    char state;
    int parent;
    return read_stat(pid, &state, &parent) ? state : 0;
}

uint64_t host_run_delay_ns(pid_t pid)
{
    char text[128];
    unsigned long long ran = 0, delay = 0;
    if (read_proc(pid, "schedstat", text, sizeof(text)))
        sscanf(text, "%llu %llu", &ran, &delay);
    return delay;
}

// Reads the name and the place from the arguments: "echo0\0echo\0008\0".
static void identify(struct child *child)
{
    char args[256] = {0};
    child->place = -2;
    child->name[0] = '\0';
    if (!read_proc(child->pid, "cmdline", args, sizeof(args)))
        return;
    const char *part = args + strlen(args) + 1;
    const char *place = part + strlen(part) + 1;
    if (!strcmp(part, "run")) // it is still a copy of the launcher
        return;
    child->place = strcmp(args, "vm") ? atoi(place) : -1;
    snprintf(child->name, sizeof(child->name), "%.31s", args);
}

// Whether the process is a child of the launcher. If so, fills `child`.
static bool look_at(const struct host *host, pid_t pid, struct child *child)
{
    int parent;
    *child = (struct child){.pid = pid};
    if (!read_stat(pid, &child->state, &parent) || parent != host->launcher)
        return false;
    child->delay_ns = host_run_delay_ns(pid);
    identify(child);
    return true;
}

int host_children(const struct host *host, struct child children[MAX_CHILDREN])
{
    DIR *dir = opendir("/proc");
    int num = 0;
    for (struct dirent *entry; dir && num < MAX_CHILDREN && (entry = readdir(dir));) {
        pid_t pid = atoi(entry->d_name);
        num += pid > 0 && look_at(host, pid, &children[num]);
    }
    if (dir)
        closedir(dir);
    return num;
}

pid_t host_last_pid(void)
{
    char text[128];
    int last = 0;
    FILE *file = fopen("/proc/loadavg", "re");
    if (file && fgets(text, sizeof(text), file) && strrchr(text, ' '))
        last = atoi(strrchr(text, ' '));
    if (file)
        fclose(file);
    return last;
}

int host_newcomers(const struct host *host, pid_t after, struct child children[MAX_CHILDREN])
{
    pid_t last = host_last_pid();
    int num = 0;
    for (pid_t pid = after + 1; pid <= last && num < MAX_CHILDREN; pid++)
        num += look_at(host, pid, &children[num]);
    return num;
}

int host_stop(struct host *host)
{
    int status = 0;
    kill(host->launcher, SIGTERM);
    if (!AWAIT(10000, waitpid(host->launcher, &status, WNOHANG) == host->launcher))
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Whether a process is late to end. A zombie has ended; the driver has not reaped it yet. A killed
// process may wait for a lock of the kernel while it exits, for example for the lock of a library
// that many processes have mapped. That is not the suite's fault.
static bool is_late(const struct child *left, const struct child *then, int num, uint64_t late_ns)
{
    if (left->state == 'Z')
        return false;
    uint64_t before_ns = 0; // 0 for a process that came since
    for (int i = 0; i < num; i++)
        before_ns = then[i].pid == left->pid ? then[i].delay_ns : before_ns;
    uint64_t excuse_ns = left->state == 'D' ? MOST_EXCUSE_NS : left->delay_ns - before_ns;
    return late_ns > (excuse_ns < MOST_EXCUSE_NS ? excuse_ns : MOST_EXCUSE_NS);
}

// Prints the processes that still exist `late_ns` after the deadline without an excuse. If there
// are any, kills all.
static int end_late(const struct child *then, int num, uint64_t late_ns)
{
    const struct host self = {.launcher = getpid()};
    struct child left[MAX_CHILDREN];
    int num_left = host_children(&self, left), num_late = 0;
    for (int i = 0; i < num_left; i++) {
        if (!is_late(&left[i], then, num, late_ns))
            continue;
        printf("left after the end: process %d (%s), state %c\n", (int)left[i].pid, left[i].name,
               left[i].state);
        num_late++;
    }
    for (int i = 0; num_late && i < num_left; i++)
        kill(left[i].pid, SIGKILL);
    while (num_late && waitpid(-1, NULL, 0) > 0)
        ;
    return num_late;
}

int host_reap_all(const struct child *then, int num, uint64_t deadline_ns)
{
    int num_late = 0;
    for (;;) {
        pid_t pid = waitpid(-1, NULL, WNOHANG);
        if (num_late || (pid < 0 && errno == ECHILD))
            return num_late;
        uint64_t now_ns = board_now_ns();
        if (pid == 0 && now_ns > deadline_ns)
            num_late = end_late(then, num, now_ns - deadline_ns);
        else if (pid == 0)
            host_pause_us(1000);
    }
}

int host_count_fds(pid_t pid)
{
    char path[64];
    int num = 0;
    snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    DIR *dir = opendir(path);
    while (dir && readdir(dir))
        num++;
    if (dir)
        closedir(dir);
    return num - 2; // . and ..
}

int host_count_pages(pid_t pid)
{
    char path[64], line[512];
    int num = 0;
    snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof(line), file))
        num += strstr(line, "memfd:") != NULL;
    if (file)
        fclose(file);
    return num;
}
