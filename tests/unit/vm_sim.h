// A small system around vm's core, all in one process: tasks with memory of their own and a page,
// a clock, and what the core has sent. Deterministic.
#ifndef TESTS_VM_SIM_H
#define TESTS_VM_SIM_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <oolong/wire.h>
#include "internal.h"

#define SIM_TASKS      10         // slots 2 to 11
#define SIM_MEM        (2u << 20) // memory of a task, in bytes
#define SIM_PAGES      (SIM_MEM / PAGE_SIZE)
#define SIM_SOURCE     (SIM_MEM / 2) // tests put what they send from here on
#define SIM_STATUS(id) ((id) % 256)  // with which sim_kill() says that a task ended
#define SIM_LIMIT      65536         // largest payload, where a test does not say
#define SIM_BLOCKED    1             // answer of a request that got none yet
#define SIM_OPS        64

enum sim_access {
    SIM_NONE = 0,
    SIM_READ = 1,
    SIM_WRITE = 2,
};

struct sim_task {
    task_t id;
    uint64_t word; // its page
    uint32_t episode;
    bool flips; // each look at its page finds it waiting for the next of two tasks
    task_t flip[2];
    uint8_t *mem;
    void *landing; // where vm has its landing memory; NULL: nowhere
    size_t landing_size;
    uint8_t access[SIM_PAGES];
    struct message reply;
    int reply_fd;     // -1: none came with it
    unsigned replies; // not yet looked at
    notifications_t bits;
    uint32_t blocked; // as vm published it
    struct vm_rounds rounds;
    uint64_t copied_out[OOL_NUM_BUFFERS];
    vaddr_t region; // of its standing buffers; 0: none
    size_t stride;
};

struct sim {
    struct vm *vm;
    struct sim_task tasks[SIM_TASKS];
    uint64_t now_ns;
    uint64_t random;
    bool random_is_stuck;
    uint32_t gens[SIM_TASKS];
    size_t read_bytes, written_bytes; // by the core, in all
    unsigned transfers;
    void (*on_transfer)(struct sim *sim); // called before each read and write
    void (*on_publish)(struct sim *sim, task_t dst, uint32_t count);
    char launched[VM_MAX_TEXT + 1];
    uint32_t launch_token;
    error_t launch_error;
    task_t destroyed;
    task_t reaped[SIM_OPS];
    unsigned num_reaped;
    int open_fds, next_fd;
    bool memfd_is_pages; // the last one
    unsigned num_segments_closed;
    size_t memfd_size;
    error_t memfd_error;
    unsigned logs;
    task_t strangers[2]; // two tasks without a channel to each other
};

struct sim *sim_new(void);
void sim_free(struct sim *sim);
struct sim_task *sim_find(struct sim *sim, task_t id);

/// Starts a task in a free slot, as the launcher does. It runs (its page says nothing) and has
/// registered no memory.
task_t sim_start(struct sim *sim, size_t ool_len, uint32_t rights);
/// The same with receive buffers and the usual limit.
task_t sim_receiver(struct sim *sim);
void sim_kill(struct sim *sim, task_t id);
void sim_kill_all(struct sim *sim);

/// What its page says from now on; a new episode.
void sim_wait(struct sim *sim, task_t id, enum wait_kind kind, task_t peer);

/// The address of a byte of a task's memory, and the memory itself.
vaddr_t sim_addr(task_t id, size_t offset);
uint8_t *sim_mem(struct sim *sim, task_t id, vaddr_t addr);
/// Sets what may be done with whole pages of it.
void sim_protect(struct sim *sim, task_t id, vaddr_t addr, size_t len, unsigned access);
/// Fills memory with a pattern that `seed` tells from others.
void sim_fill(struct sim *sim, task_t id, vaddr_t addr, size_t len, unsigned seed);
bool sim_has(struct sim *sim, task_t id, vaddr_t addr, size_t len, unsigned seed);

/// Gives a message to the core and checks the invariants. `m` becomes the answer. Returns its
/// error, OK, or SIM_BLOCKED.
int sim_call(struct sim *sim, task_t actor, struct message *m);
/// The answer to a task that was blocked: as sim_call().
int sim_answer(struct sim *sim, task_t actor, struct message *m);
/// Runs the copies to their end.
void sim_copy(struct sim *sim);
void sim_advance(struct sim *sim, uint64_t ns);

int sim_register(struct sim *sim, task_t task, enum ool_region region, vaddr_t addr, size_t len);
int sim_announce(struct sim *sim, task_t task, task_t src);
/// ool.send of one payload; the id through `id`.
int sim_send(struct sim *sim, task_t src, task_t dst, vaddr_t addr, size_t len, unsigned flags,
             uint64_t *id);
/// The same of `len` bytes of pattern at the usual place.
int sim_place(struct sim *sim, task_t src, task_t dst, size_t len, unsigned seed, uint64_t *id);
int sim_placed(struct sim *sim, task_t src, uint64_t *id);
/// Where the payloads of a standing buffer of sim_receiver() are.
vaddr_t sim_buffer(task_t id, unsigned k);
/// ool.verify. With `at`, the payload is not copied out yet; without, it is.
int sim_verify(struct sim *sim, task_t task, task_t src, uint64_t id, size_t len, vaddr_t *at);
/// The task has copied out what it verified there, and says so.
void sim_copied_out(struct sim *sim, task_t task, vaddr_t at);
/// Verifies, compares what arrived with the pattern, and has copied it out.
void sim_expect(struct sim *sim, task_t task, task_t src, uint64_t id, size_t len, unsigned seed);
/// The task's receipt for what `src` placed under this id, NULL when it has none.
const struct ool_receipt *sim_receipt(struct sim *sim, task_t task, task_t src, uint64_t id);
/// The same as sim_expect() without a word to vm. False: there is no receipt.
bool sim_take(struct sim *sim, task_t task, task_t src, uint64_t id, size_t len, unsigned seed);
int sim_string_call(struct sim *sim, task_t task, int type, const char *text, size_t len,
                    struct message *m);

int sim_main(const char *name, const TTest *const *tests, size_t num_tests);
#define SIM_MAIN(name, ...)                                                                        \
    int main(void)                                                                                 \
    {                                                                                              \
        const TTest *const tests[] = {__VA_ARGS__};                                                \
        return sim_main(name, tests, sizeof(tests) / sizeof(tests[0]));                            \
    }

#endif
