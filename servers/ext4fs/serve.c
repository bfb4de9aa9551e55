// The volume that is served: when its changes are committed, and its open files.
#include "serve.h"
#include <config.h>
#include <resea/printf.h>
#include <resea/timer.h>
#include <time.h>
#include "attr.h"
#include "fsclients.h"
#include "opened.h"

#define COMMIT_MS   5000 // longest time from the first change to its commit
#define QUIET_MS    3    // the changes are committed after this time without a new one
#define COMMIT_PART 10   // such commits take at most one part in this many of the time

struct volume *volume;

// State of the commits that no client has asked for.
static struct {
    bool timer_runs;
    uint64_t num_changes; // changes so far
    uint64_t num_seen;    // changes when the timer was set
    uint64_t since_ms;    // time of the first change that is not committed
    uint64_t took_ms;     // duration of the last commit
} quiet;

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void wait_for_quiet(void)
{
    uint64_t wait_ms = MAX((uint64_t)QUIET_MS, quiet.took_ms * COMMIT_PART);
    quiet.num_seen = quiet.num_changes;
    quiet.timer_runs = IS_OK(timer_set((msec_t)MIN(wait_ms, (uint64_t)COMMIT_MS)));
}

void serve_commit_when_quiet(void)
{
    uint64_t begin = now_ms();
    quiet.timer_runs = false;
    if (!volume_is_dirty(volume))
        return;
    if (quiet.num_seen != quiet.num_changes && begin - quiet.since_ms < COMMIT_MS) {
        wait_for_quiet();
        return;
    }
    error_t err = volume_commit(volume);
    if (IS_ERROR(err))
        WARN("changes could not be written: %s", err2str(err));
    quiet.took_ms = now_ms() - begin;
}

error_t serve_changed(error_t err)
{
    error_t commit_err = volume_relieve(volume);
    if (IS_ERROR(commit_err))
        WARN("changes could not be written: %s", err2str(commit_err));
    quiet.num_changes++;
    if (!quiet.timer_runs && volume_is_dirty(volume) && !volume->read_only) {
        quiet.since_ms = now_ms();
        wait_for_quiet();
    }
    return err;
}

void serve_release(void *file)
{
    error_t err = opened_put(volume, file);
    if (IS_ERROR(err))
        WARN("a removed file could not be freed: %s", err2str(err));
}

error_t serve_open(task_t client, ext2_ino_t ino, handle_t *handle)
{
    struct opened *file = opened_get(volume, ino);
    if (!file)
        return ERR_NO_MEMORY;
    error_t err = fsclients_open(client, file, handle);
    if (IS_ERROR(err))
        serve_release(file);
    return err;
}

void serve_was_read(ext2_ino_t ino, struct ext2_inode_large *inode)
{
    attr_was_read(volume, ino, inode);
    error_t err = serve_changed(OK);
    (void)err; // the read itself has succeeded
}
