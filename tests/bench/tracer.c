// A thread that traces a suite with ptrace. Only the thread that forked the launcher may trace it.
// The suite ends with that thread.
#include "tracer.h"
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <linux/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SETTLE_MS  20 // all processes must be quiet for this time
#define TIMEOUT_MS 10000

#define OPTIONS                                                                                    \
    (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |      \
     PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_t thread;
static sem_t started;
static struct traced_suite suite;
static struct worker *traced_worker;
static const struct suite_plan *traced_plan;
static const char *problem;

static struct traced *find(pid_t pid)
{
    for (size_t i = 0; i < suite.len; i++) {
        if (suite.tasks[i].pid == pid)
            return &suite.tasks[i];
    }
    if (suite.len == TRACER_MAX_TASKS)
        return NULL;
    struct traced *task = &suite.tasks[suite.len++];
    memset(task, 0, sizeof(*task));
    task->pid = pid;
    return task;
}

static void set_name(struct traced *task)
{
    static const char *const roles[][2] = {
        {"bench_task", "client"}, {"bench_server", "server"}, {"oolong", "launcher"}};
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/comm", task->pid);
    FILE *file = fopen(path, "re");
    if (!file || fscanf(file, "%23s", task->name) != 1)
        snprintf(task->name, sizeof(task->name), "?");
    if (file)
        fclose(file);
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        if (!strncmp(task->name, roles[i][0], strlen(roles[i][0])))
            snprintf(task->name, sizeof(task->name), "%s", roles[i][1]);
    }
}

static void on_call(struct traced *task, uint64_t *nr)
{
    struct ptrace_syscall_info info;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, task->pid, sizeof(info), &info) <= 0)
        return;
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
        *nr = info.entry.nr;
        task->in_call = true;
        if (info.entry.nr < TRACER_MAX_CALLS)
            task->calls[info.entry.nr]++;
    } else if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
        task->in_call = false;
        uint64_t done = info.exit.rval > 0 ? (uint64_t)info.exit.rval : 0;
        if (*nr == SYS_process_vm_readv)
            task->read += done;
        else if (*nr == SYS_process_vm_writev)
            task->written += done;
    }
}

// Returns the signal with which the process goes on.
static int on_stop(struct traced *task, int status)
{
    static uint64_t current[TRACER_MAX_TASKS];
    int signo = WSTOPSIG(status);
    int event = status >> 16;
    if (event == PTRACE_EVENT_EXEC)
        set_name(task);
    if (event)
        return 0;
    if (signo == (SIGTRAP | 0x80)) {
        on_call(task, &current[task - suite.tasks]);
        return 0;
    }
    // A new process is stopped once, because it is traced.
    return signo == SIGSTOP || signo == SIGTRAP ? 0 : signo;
}

static void *trace(void *unused)
{
    int status;
    pid_t pid;
    bool is_first = true;
    if (!suite_start(traced_worker, traced_plan))
        problem = "the suite does not start";
    while (!problem && (pid = waitpid(-1, &status, __WALL | __WNOTHREAD)) > 0) {
        pthread_mutex_lock(&lock);
        struct traced *task = find(pid);
        if (is_first) {
            if (!WIFSTOPPED(status) || ptrace(PTRACE_SETOPTIONS, pid, NULL, OPTIONS) < 0)
                problem = "this host does not allow ptrace";
            set_name(task);
            is_first = false;
            sem_post(&started);
        }
        if (task && !WIFSTOPPED(status))
            task->is_gone = true;
        if (WIFSTOPPED(status))
            ptrace(PTRACE_SYSCALL, pid, NULL, task ? on_stop(task, status) : 0);
        pthread_mutex_unlock(&lock);
    }
    if (is_first)
        sem_post(&started);
    return unused;
}

bool tracer_start(struct worker *worker, const struct suite_plan *plan, const char **why)
{
    traced_worker = worker;
    traced_plan = plan;
    problem = NULL;
    suite.len = 0;
    sem_init(&started, 0, 0);
    if (pthread_create(&thread, NULL, trace, NULL) != 0) {
        *why = "there is no thread for it";
        return false;
    }
    sem_wait(&started);
    *why = problem;
    return !problem;
}

static bool all_wait(void)
{
    for (size_t i = 0; i < suite.len; i++) {
        if (!suite.tasks[i].in_call && !suite.tasks[i].is_gone)
            return false;
    }
    return true;
}

void tracer_read(struct traced_suite *copy)
{
    // A process may be inside a call that is about to return. So the driver looks until nothing
    // changes.
    memset(copy, 0, sizeof(*copy));
    int quiet = 0;
    for (int i = 0; i < TIMEOUT_MS && quiet < SETTLE_MS; i++) {
        usleep(1000);
        pthread_mutex_lock(&lock);
        bool same = all_wait() && !memcmp(copy, &suite, sizeof(suite));
        quiet = same ? quiet + 1 : 0;
        *copy = suite;
        pthread_mutex_unlock(&lock);
    }
}

void tracer_stop(struct worker *worker)
{
    // bench_task ends when it has no console, and the suite ends with bench_task.
    close(worker->in);
    close(worker->out);
    pthread_join(thread, NULL);
    worker->pid = 0;
}
