// Shared by the files of the live replay's director. See live.h.
#ifndef TESTS_FUZZ_LIVE_WORLD_H
#define TESTS_FUZZ_LIVE_WORLD_H

#include <setjmp.h>
#include "live.h"

// Which names a player may serve. The suite file says so when the player starts.
enum live_serves { LIVE_SERVES_NONE, LIVE_SERVES_LISTED, LIVE_SERVES_ANY };
#define LIVE_NUM_LISTED 3 // the first names of run_names

struct live {
    const char *input; // its name
    struct world *world;
    struct live_board *board;
    uint8_t *memory; // the real memory of all players
    struct live_slot {
        task_t real;                        // 0: no player
        bool ended;                         // vm has said so
        enum live_serves serves, may_serve; // of this player; of the next one
        bool joined[MODEL_TASKS];           // the slots to which it has a channel
        bool notified;
        unsigned num_answers; // answers that came and were not checked yet
        struct live_answer answers[2 * LIVE_ANSWERS];
    } slots[MODEL_TASKS];
    struct {
        task_t model, real;
    } ids[512];
    unsigned num_ids;
    unsigned mirrored, protected; // how many of the world's changes were applied
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

/// Stops the replay of the input. `text` says how vm and the model disagree.
void live_failed(const char *text) __attribute__((noreturn));

// live_world.c. Applies the changes of operations to the players' memory and pages.
void live_mirror(void);

// live_tasks.c: players, and ids.
task_t live_real(task_t model);
task_t live_model(task_t real);
uint64_t live_now_ns(void);
/// Gives an order without waiting for it, because the player may end before it confirms the order.
void live_last_order(unsigned slot, enum live_order order);
void live_order(unsigned slot, enum live_order order, uint64_t a, uint64_t b);
void live_start(const struct message *m);
/// Waits until vm has said that the player ended.
void live_await_end(unsigned slot);
/// Orders the player to end, and waits for that.
void live_end(unsigned slot);
/// Ends all remaining players, whatever they are doing.
void live_end_all(void);
/// Returns when vm has handled all that was sent to it before.
void live_fence(void);

// live_hooks.c tells the model of calls that a core would make to its environment.
void live_hook_request(struct model_task *task);
void live_hook_answer(struct model_task *task, struct live_answer *answer, int *fd);
void live_hook_answered(struct model_task *task, const struct message *m);
void live_map_request(struct message *m);

#endif
