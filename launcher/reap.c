// See reap.h. A dead task stays a zombie until vm has acknowledged its end, so that no other
// process gets its process id before. Then it is reaped, and its slot is free.
#include "reap.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <oolong/message.h>
#include "control_channel.h"
#include "log.h"
#include "mount.h"
#include "report.h"
#include "restart.h"
#include "segments.h"
#include "stop.h"
#include "vmlink.h"

static int exception_of(const struct task *task, const siginfo_t *info)
{
    if (task->trapped)
        return EXCEPTION_TYPE_SANDBOX_VIOLATION;
    if (task->destroyed || task->violation)
        return EXCEPTION_TYPE_DESTROYED;
    return info->si_code == CLD_EXITED && !task->exec_error ? EXCEPTION_TYPE_GRACEFUL_EXIT
                                                            : EXCEPTION_TYPE_CRASHED;
}

static void free_task(struct task *task)
{
    if (task->exited)
        waitpid(task->pid, NULL, 0);
    segments_task_ended(task->id);
    suite_remove(task);
    channels_free(&suite.channels, task->id);
    munmap(task->page, STATE_PAGE_SIZE);
    close(task->page_fd);
    if (task->vm_end >= 0)
        close(task->vm_end);
    if (task->landing_fd >= 0)
        close(task->landing_fd);
    if (task->debuggee.fd >= 0) {
        loop_forget(&task->debuggee);
        close(task->debuggee.fd);
    }
    strings_free(&task->args);
    free(task->digests);
    free(task->main_output);
    free(task->exec_error);
    free(task);
}

// If vm does not know the task, the launcher need not wait for its acknowledgement.
static void end_task(struct task *task, int exception, int status)
{
    bool vm_knows = task->announced && !stop_has_begun();
    struct packet note = vm_end_note(task->id, exception, status);
    channels_ended(&suite.channels, task->id, vm_knows ? &note : NULL);
    task->phase = TASK_ENDED;
    task->forgotten = !vm_knows;
}

void task_ended_in_debugger(struct task *task)
{
    if (task->phase != TASK_ENDED && !stop_has_begun()) {
        log_error("task %s (%d) ended; its debugger goes on", task->spec->name, task->id);
        end_task(task, EXCEPTION_TYPE_CRASHED, 128 + SIGKILL);
    }
}

static int exit_status_of(const struct task *task, const siginfo_t *info)
{
    if (task->exec_error)
        return 127;
    return info->si_code == CLD_EXITED ? info->si_status : 128 + info->si_status;
}

// Whether a vital task is lost: it crashed and is not restarted, or it exited with an error, which
// a restart would only repeat.
static bool is_lost(const struct task *task, const siginfo_t *info)
{
    return task->spec->vital && !stop_has_begun() && task_has_failed(task, info) &&
           (task->spec->restart == RESTART_NEVER || info->si_code == CLD_EXITED);
}

// Whether vm is ending. Its channels end before it is a zombie, and tasks that notice may end
// first.
static bool vm_is_ending(void)
{
    struct task *vm = task_find(VM_TASK);
    char path[64], line[512] = "";
    unsigned flags = 0;
    if (!vm || vm->exited)
        return true;
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)vm->pid);
    FILE *file = fopen(path, "re");
    char *rest = file && fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
    if (rest)
        sscanf(rest, ") %*c %*d %*d %*d %*d %*d %u", &flags);
    if (file)
        fclose(file);
    return flags & 4; // the kernel's PF_EXITING
}

// Handles the end of a task's process: takes what the task had still sent and printed, reports the
// end, and lets the task's peers know of it. Then the task is started again, or the suite ends if
// it cannot go on without the task. The process remains a zombie: see above.
static void child_ended(struct task *task, const siginfo_t *info)
{
    task->exited = true;
    control_drain(task);
    task_output_close(&task->output);
    if (task->main_output)
        task_output_close(task->main_output);
    report_left_out(task, true);
    mount_end(task->spec);
    if (task->phase != TASK_ENDED) {
        report_end(task, info);
        end_task(task, exception_of(task, info), exit_status_of(task, info));
    }
    if (!stop_has_begun() && (task->is_main || task->spec->vital || task->id == VM_TASK) &&
        vm_is_ending()) {
        log_error("vm ended: the suite ends");
        stop_now(1);
    } else if (task->is_main && !stop_has_begun()) {
        stop_suite(exit_status_of(task, info));
    } else if (is_lost(task, info) || (!restart_schedule(task, info) && task->spec->vital)) {
        log_error("vital task %s has failed: the suite ends", task->spec->name);
        stop_suite(1);
    } else {
        tell_if_nobody_is_left();
    }
    if (task->forgotten || stop_has_begun())
        free_task(task);
    stop_continue();
}

void reap_children(void)
{
    mount_reap();
    for (int slot = 1; slot < CONFIG_NUM_TASKS; slot++) {
        struct task *task = suite.tasks[slot];
        siginfo_t info = {0};
        if (!task || task->exited)
            continue;
        if (waitid(P_PID, (id_t)task->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid)
            child_ended(task, &info);
    }
}

void reap_rest(void)
{
    for (int slot = 1; slot < CONFIG_NUM_TASKS; slot++) {
        if (suite.tasks[slot] && suite.tasks[slot]->exited)
            free_task(suite.tasks[slot]);
    }
}

void reap_task(task_t id)
{
    struct task *task = task_find(id);
    if (!task || task->phase != TASK_ENDED)
        return;
    task->forgotten = true;
    if (task->exited)
        free_task(task);
}
