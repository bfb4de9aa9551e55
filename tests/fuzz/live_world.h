// What the files of the live replay's director offer each other. See live.h.
#ifndef TESTS_FUZZ_LIVE_WORLD_H
#define TESTS_FUZZ_LIVE_WORLD_H

#include <setjmp.h>
#include "live.h"

// Which names a player may serve: the suite says so when it starts.
enum live_serves { LIVE_SERVES_NONE, LIVE_SERVES_LISTED, LIVE_SERVES_ANY };
#define LIVE_NUM_LISTED 3 // the first of run_names

struct live {
    const char *input; // its name
    struct world *world;
    struct live_board *board;
    uint8_t *memory; // of all players, as it is
    struct live_slot {
        task_t real;                        // 0: no player
        bool ended;                         // vm has said so
        enum live_serves serves, may_serve; // as it is; for the next one
        bool joined[MODEL_TASKS];           // to whom it has a channel
        bool notified;
        unsigned num_answers; // that came and were not looked at
        struct live_answer answers[2 * LIVE_ANSWERS];
    } slots[MODEL_TASKS];
    struct {
        task_t model, real;
    } ids[512];
    unsigned num_ids;
    unsigned mirrored, protected; // of the world's notes of what was changed
    bool skipped;                 // the operation was not performed
    bool clock_in_play;           // a deadline of vm's may have passed in this step
    bool stopping;                // after a disagreement
    jmp_buf jump;
    uint32_t token;
    uint64_t payload_bytes; // compared in a receiver's memory
    unsigned num_answers, num_payloads, num_connects, num_starts;
};
extern struct live live;

// How an input ends early.
enum { LIVE_MISMATCH = 1, LIVE_CLOCK };

/// Gives the input up. `text`: in what vm and the model disagree.
void live_failed(const char *text) __attribute__((noreturn));

// live_world.c. Brings the players' memory and pages up to date with what operations did to them.
void live_mirror(void);

// live_tasks.c: players, and ids.
task_t live_real(task_t model);
task_t live_model(task_t real);
uint64_t live_now_ns(void);
/// An order that the player may not live to say it has obeyed.
void live_last_order(unsigned slot, enum live_order order);
void live_order(unsigned slot, enum live_order order, uint64_t a, uint64_t b);
void live_start(const struct message *m);
/// Waits until vm has said that the player ended.
void live_await_end(unsigned slot);
/// Has it end, and waits for that.
void live_end(unsigned slot);
/// Ends all remaining players, whatever they are doing.
void live_end_all(void);
/// Returns when vm has handled all that was sent to it before.
void live_fence(void);

// live_hooks.c: what the model is told of that a core would ask of its environment.
void live_hook_request(struct model_task *task);
void live_hook_answer(struct model_task *task, struct live_answer *answer, int *fd);
void live_hook_answered(struct model_task *task, const struct message *m);
void live_map_request(struct message *m);

#endif
