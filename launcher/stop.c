// See stop.h.
#include "stop.h"
#include <signal.h>
#include "suite.h"

// The time for all tasks together to exit.
#define STOP_DEADLINE_MS 1000

static bool has_begun, is_done;
static int status;
static struct timer deadline;
static bool is_late;
static struct task *asked; // the task that got SIGTERM and has not ended yet

static struct task *youngest(void)
{
    struct task *found = NULL;
    for (int slot = 1; slot < CONFIG_NUM_TASKS; slot++) {
        struct task *task = suite.tasks[slot];
        if (task && !task->exited && (!found || task->order > found->order))
            found = task;
    }
    return found;
}

static void kill_all(bool with_vm)
{
    for (int slot = with_vm ? VM_TASK : VM_TASK + 1; slot < CONFIG_NUM_TASKS; slot++) {
        if (suite.tasks[slot])
            task_kill(suite.tasks[slot], SIGKILL);
    }
}

static void on_deadline(struct timer *timer)
{
    (void)timer;
    is_late = true;
    kill_all(false);
}

void stop_suite(int exit_status)
{
    if (has_begun) {
        on_deadline(&deadline);
        return;
    }
    has_begun = true;
    status = exit_status;
    deadline.fire = on_deadline;
    loop_timer(&deadline, STOP_DEADLINE_MS);
    stop_continue();
}

void stop_now(int exit_status)
{
    status = has_begun ? status : exit_status;
    has_begun = is_late = true;
    kill_all(true);
    stop_continue();
}

void stop_continue(void)
{
    if (!has_begun)
        return;
    struct task *task = youngest();
    if (!task) {
        is_done = true;
    } else if (task->id == VM_TASK) {
        // vm handles no signal, and has no task left to serve.
        task_kill(task, SIGKILL);
    } else if (task != asked && !is_late) {
        struct packet packet = {.type = CTL_STOP, .word = wire_word(WIRE_CONTROL, 0, 0)};
        asked = task;
        if (task->phase == TASK_READY)
            channels_push(&suite.channels, task->id, &packet, NULL, 0);
        task_kill(task, SIGTERM);
    }
}

bool stop_has_begun(void)
{
    return has_begun;
}

bool stop_is_done(void)
{
    return is_done;
}

int stop_exit_status(void)
{
    return status;
}
