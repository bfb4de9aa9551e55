// Copies that stall. vm reads and writes the memory of tasks; memory that answers a page fault when
// it pleases (userfaultfd, a file system in user space) would put vm to sleep for as long, and with
// it everybody. The sandbox gives tasks no such memory; this is for the case that one has it all
// the same: vm publishes whose memory it is at and since when, and a task is ended that keeps vm
// asleep on one piece for 100 ms.
//
// Asleep, not merely late: on a loaded machine vm is runnable and waits for a processor (R), which
// is nobody's fault. So what counts is what the kernel says of vm each time that we look, and a
// single look at which it runs, or is at another piece, starts anew.
//
// We look every 50 ms, from when vm says that it begins to copy until it has not copied for a
// second: a suite in which nobody copies is left asleep.
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
#define QUIET    20 // looks in a row that find no copy, until we stop

static struct timer look;
static struct {
    task_t task; // 0: vm was not asleep in a copy
    uint64_t since_ns;
    uint64_t seen_ns; // asleep in this copy, first
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

// Both of its threads: one may wait for the other, which waits for a processor.
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
    // The second load: it was in this copy, and nowhere else, when it was asleep.
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

// Whether vm has copied since the last look, or copies now.
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
        if (!has_copied(vm)) // else it may not have seen that
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
