// Ends tasks that make vm's copies stall. vm reads and writes the memory of tasks. If a page fault
// there is answered late on purpose (by userfaultfd, or by a file system in user space), vm sleeps,
// and so does every task that needs it. The sandbox gives tasks no such memory; this is a second
// line of defence. vm publishes whose memory it copies and since when. A task is ended if vm sleeps
// for 100 ms in one piece of a copy of its memory.
//
// On a loaded machine vm may be late because it waits for a processor; that is not a stall. So the
// launcher reads the state of vm's threads from /proc each time. If vm runs, is runnable, or copies
// another piece, the time starts again.
//
// The launcher looks every 50 ms, from vm's message that it copies until vm has not copied for a
// second. So a suite without copies is not woken.
#include "stall.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "suite.h"
#include "violation.h"

#define LOOK_MS  50
#define STALL_NS (100 * NS_PER_MS)
#define QUIET    20 // after this many looks in a row that find no copy, stop

static struct timer look;
static struct {
    task_t task; // whose memory it is; 0: vm was not asleep in a copy
    uint64_t since_ns;
    uint64_t seen_ns; // of the first look that found vm asleep in this copy
} stall;

static bool is_thread_asleep(pid_t pid, const char *thread)
{
    char path[64], text[256];
    snprintf(path, sizeof(path), "/proc/%d/task/%.20s/stat", (int)pid, thread);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    if (fd >= 0)
        close(fd);
    text[got > 0 ? got : 0] = '\0';
    const char *rest = strrchr(text, ')');
    return rest && (!strncmp(rest, ") S", 3) || !strncmp(rest, ") D", 3));
}

// Whether both of vm's threads sleep. One may wait for the other, which waits for a processor.
static bool is_asleep(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    DIR *dir = opendir(path);
    const struct dirent *entry;
    bool asleep = dir != NULL;
    while (asleep && (entry = readdir(dir)))
        asleep = entry->d_name[0] == '.' || is_thread_asleep(pid, entry->d_name);
    if (dir)
        closedir(dir);
    return asleep;
}

static void look_at(const struct task *vm)
{
    task_t id = atomic_load(&vm->page->copying);
    uint64_t since_ns = atomic_load(&vm->page->copying_since_ns);
    // Loaded twice, so that vm was in this copy when it was asleep.
    if (!id || !is_asleep(vm->task_pid) || atomic_load(&vm->page->copying) != id ||
        atomic_load(&vm->page->copying_since_ns) != since_ns) {
        stall.task = 0;
        return;
    }
    if (stall.task != id || stall.since_ns != since_ns) {
        stall.task = id;
        stall.since_ns = since_ns;
        stall.seen_ns = now_ns();
    } else if (now_ns() - stall.seen_ns >= STALL_NS) {
        struct task *task = task_find(id);
        if (task)
            task_violates(task, "has memory that keeps vm waiting");
    }
}

// Whether vm copies, or has copied since the last look.
static bool has_copied(const struct task *vm)
{
    static uint64_t last_ns;
    uint64_t since_ns = atomic_load(&vm->page->copying_since_ns);
    bool copied = atomic_load(&vm->page->copying) || since_ns != last_ns;
    last_ns = since_ns;
    return copied;
}

static void on_look(struct timer *timer)
{
    static unsigned quiet;
    const struct task *vm = task_find(VM_TASK);
    if (!vm)
        return;
    look_at(vm);
    quiet = has_copied(vm) ? 0 : quiet + 1;
    if (quiet >= QUIET) {
        atomic_fetch_add(&vm->page->stall_watch, 1);
        if (!has_copied(vm)) // if so, vm may not have seen the change
            return;
        atomic_fetch_add(&vm->page->stall_watch, 1);
        quiet = 0;
    }
    loop_timer(timer, LOOK_MS);
}

void stall_watch(void)
{
    const struct task *vm = task_find(VM_TASK);
    if (atomic_load(&vm->page->stall_watch) & 1)
        return;
    atomic_fetch_add(&vm->page->stall_watch, 1);
    look.fire = on_look;
    loop_timer(&look, LOOK_MS);
}
