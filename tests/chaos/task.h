// Shared by the parts of a chaos suite: their places on the board, and calls that are watched.
#ifndef CHAOS_TASK_H
#define CHAOS_TASK_H

#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/malloc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <resea/timer.h>
#include "board.h"

extern struct board *board;
extern struct board_role *role; // the caller's
extern uint64_t dice;           // for board_random()

// A random length of a payload: mostly small, sometimes many pieces long.
size_t some_len(void);

// Sends to or calls `dst`, and notes the wait on the board. Counts any error as odd, except the
// peer's end and `tolerated` (OK: none).
error_t watched_ipc(task_t dst, struct message *m, bool is_call, error_t tolerated);

// Calls chaos.echo with the pattern of `seed` and checks the answer.
error_t echo_once(task_t server, size_t len, uint32_t seed);
error_t put_once(task_t sink, size_t len, uint32_t seed);

// The server of `name`, or an error after a short time.
task_t find(const char *name);

void one_more(_Atomic uint32_t *counter);
void check_pattern(const void *data, size_t len, uint32_t seed);

// In pair.c: two tasks that faults of other tasks must not disturb. nurse.c: the task that starts
// others.
void pair_server(void);
void pair_client(void);
void nurse(void);

#endif
