// A small deterministic system around vm's core, in one process: tasks with their own memory and a
// page, a clock, and the packets that the core has sent.
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
#define SIM_SOURCE     (SIM_MEM / 2) // tests put their payloads from this offset on
#define SIM_STATUS(id) ((id) % 256)  // the exit status that sim_kill() reports
#define SIM_LIMIT      65536         // largest payload, if a test gives no other
#define SIM_BLOCKED    1             // result of a request that is not answered yet
#define SIM_OPS        64

enum sim_access {
    SIM_NONE = 0,
    SIM_READ = 1,
    SIM_WRITE = 2,
};

struct sim_task {
    task_t id;
    uint64_t word; // the wait word in its page
    uint32_t episode;
    bool flips; // each read of its page finds it waiting for the other of two tasks
    task_t flip[2];
    uint8_t *mem;
    void *landing; // vm's mapping of its receive memory; NULL: none
    size_t landing_size;
    uint8_t access[SIM_PAGES];
    struct message reply;
    int reply_fd;     // -1: no descriptor came with the answer
    unsigned replies; // answers that the test has not looked at
    notifications_t bits;
    uint32_t blocked; // the count that vm published
    struct vm_rounds rounds;
    uint64_t copied_out[OOL_NUM_BUFFERS];
    vaddr_t region; // address of its standing buffers; 0: none
    size_t stride;
};

struct sim {
    struct vm *vm;
    struct sim_task tasks[SIM_TASKS];
    uint64_t now_ns;
    uint64_t random;
    bool random_is_stuck;
    uint32_t gens[SIM_TASKS];
    size_t read_bytes, written_bytes; // by the core, in total
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
    bool memfd_is_pages; // kind of the last one
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
/// As above, with receive buffers and the usual limit.
task_t sim_receiver(struct sim *sim);
void sim_kill(struct sim *sim, task_t id);
void sim_kill_all(struct sim *sim);

/// Sets the wait word in its page, with a new episode.
void sim_wait(struct sim *sim, task_t id, enum wait_kind kind, task_t peer);

/// The address of a byte of a task's memory, and the memory itself.
vaddr_t sim_addr(task_t id, size_t offset);
uint8_t *sim_mem(struct sim *sim, task_t id, vaddr_t addr);
/// Sets the allowed access to whole pages of it.
void sim_protect(struct sim *sim, task_t id, vaddr_t addr, size_t len, unsigned access);
/// Fills memory with a pattern that depends on `seed`.
void sim_fill(struct sim *sim, task_t id, vaddr_t addr, size_t len, unsigned seed);
bool sim_has(struct sim *sim, task_t id, vaddr_t addr, size_t len, unsigned seed);

/// Gives a message to the core and checks the invariants. `m` becomes the answer. Returns its
/// error, OK, or SIM_BLOCKED.
int sim_call(struct sim *sim, task_t actor, struct message *m);
/// The answer to a task that was blocked: as sim_call().
int sim_answer(struct sim *sim, task_t actor, struct message *m);
/// Runs all copies to their end.
void sim_copy(struct sim *sim);
void sim_advance(struct sim *sim, uint64_t ns);

int sim_register(struct sim *sim, task_t task, enum ool_region region, vaddr_t addr, size_t len);
int sim_announce(struct sim *sim, task_t task, task_t src);
/// ool.send of one payload. `*id` becomes its id.
int sim_send(struct sim *sim, task_t src, task_t dst, vaddr_t addr, size_t len, unsigned flags,
             uint64_t *id);
/// As above, with `len` bytes of a pattern at the usual place.
int sim_place(struct sim *sim, task_t src, task_t dst, size_t len, unsigned seed, uint64_t *id);
int sim_placed(struct sim *sim, task_t src, uint64_t *id);
/// The address of the payloads in a standing buffer of sim_receiver().
vaddr_t sim_buffer(task_t id, unsigned k);
/// ool.verify. Without `at`, the payload also counts as copied out.
int sim_verify(struct sim *sim, task_t task, task_t src, uint64_t id, size_t len, vaddr_t *at);
/// The task tells that it has copied out the payload that it verified there.
void sim_copied_out(struct sim *sim, task_t task, vaddr_t at);
/// Verifies a payload, compares it with the pattern, and tells that it was copied out.
void sim_expect(struct sim *sim, task_t task, task_t src, uint64_t id, size_t len, unsigned seed);
/// The task's receipt for the payload that `src` placed with this id. NULL: there is none.
const struct ool_receipt *sim_receipt(struct sim *sim, task_t task, task_t src, uint64_t id);
/// As sim_expect(), but without a message to vm. False: there is no receipt.
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
