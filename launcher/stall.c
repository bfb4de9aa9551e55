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
// We look every 50 ms, always: nothing tells us that a copy begins, and to look less often while
// the suite is quiet would notice the first stall later than the others. A look at an idle vm is
// one load from shared memory; where it was measured, the launcher of an idle suite took 0.07 % of
// a processor with it, for all that it does.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "suite.h"

#define LOOK_MS  50
#define STALL_NS (100 * NS_PER_MS)

static struct timer look;
static struct {
    task_t task; // 0: vm was not asleep in a copy
    uint64_t since_ns;
    uint64_t seen_ns; // asleep in this copy, first
} stall;

static bool is_asleep(pid_t pid)
{
    char path[64], text[256];
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    if (fd >= 0)
        close(fd);
    text[got > 0 ? got : 0] = '\0';
    const char *rest = strrchr(text, ')');
    return rest && (!strncmp(rest, ") S", 3) || !strncmp(rest, ") D", 3));
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
            task_offend(task, "has memory that keeps vm waiting");
    }
}

static void on_look(struct timer *timer)
{
    const struct task *vm = task_find(VM_TASK);
    if (vm && vm->phase == TASK_READY)
        look_at(vm);
    loop_timer(timer, LOOK_MS);
}

void stall_watch_start(void)
{
    look.fire = on_look;
    loop_timer(&look, LOOK_MS);
}
