// vm's core and the reference model side by side, among eight tasks whose memory, pages, clock and
// launcher are simulated. Everything is deterministic and set up once. world_reset() restores what
// a run has changed.
#ifndef TESTS_FUZZ_WORLD_H
#define TESTS_FUZZ_WORLD_H

#include "model.h"
#include "vm.h"

#define WORLD_MEM        (4u << 20) // of a task
#define WORLD_PAGES      (WORLD_MEM / PAGE_SIZE)
#define WORLD_SOURCE     (2u << 20) // tasks send payloads from here on; receive buffers are below
#define WORLD_TEXT       (WORLD_MEM - 4 * PAGE_SIZE) // texts; three pages
#define WORLD_BASE(slot) ((vaddr_t)(slot) << 32)
#define WORLD_REVOKE_NS  100000000ull // deadline of a reservation

enum world_access { WORLD_NONE, WORLD_READ, WORLD_WRITE, WORLD_BOTH };

struct world {
    struct vm *vm;
    struct model model;
    struct {
        uint8_t *mem;
        uint8_t access[WORLD_PAGES];
        uint64_t word;
        uint64_t race;                     // the word after the next publish; 0: none
        uint64_t race_copied[NUM_BUFFERS]; // ids that are copied out then; 0: no new one
    } tasks[MODEL_TASKS];
    struct {
        task_t task;
        void *mem; // vm's mapping of its landing memory; NULL: none
        size_t size;
    } landings[MODEL_TASKS];
    uint64_t now_ns, random;
    unsigned few_random;  // the next random numbers that have few values
    unsigned short_after; // transfers until one ends early; 0: none ends early
    size_t short_by;
    error_t memfd_error, launch_error, destroy_error;
    uint32_t last_token;
    int next_fd;
    int last_segments[8];
    unsigned num_segments;
    unsigned turn; // the next slot whose process is checked
    size_t budget; // bytes that copies of this run may still move
    bool copied;   // a copy step may be due
    // The memory to restore.
    struct world_dirty {
        unsigned slot;
        size_t offset, len;
    } dirty[1024];
    unsigned num_dirty;
    struct {
        unsigned slot, page;
    } changed[64];
    unsigned num_changed;
};

struct world *world_get(void);
void world_reset(struct world *world);

/// The slot of the task; MODEL_TASKS: none.
unsigned world_slot(const struct world *world, task_t id);
uint64_t world_deadline(const struct world *world);

void world_make_memory(struct world *world);
void world_put_back(struct world *world);
/// How many of `len` bytes can be read or written.
size_t world_reachable(struct world *world, unsigned slot, vaddr_t addr, size_t len,
                       enum world_access access);
/// The memory of a task at `offset`, which must lie in it.
uint8_t *world_mem(struct world *world, unsigned slot, size_t offset);
/// Notes that memory has changed.
void world_touched(struct world *world, unsigned slot, size_t offset, size_t len);
void world_protect(struct world *world, unsigned slot, unsigned page, enum world_access access);
void world_word(struct world *world, unsigned slot, uint64_t word);
void world_copied_out(struct world *world, unsigned slot, unsigned k, uint64_t id);

/// Each makes one call to the core and to the model, then runs all checks.
void world_step(struct world *world, task_t actor, const struct message *m);
bool world_copy_step(struct world *world);
void world_tick(struct world *world);
/// Ends all tasks and checks that nothing is left.
void world_end(struct world *world);

/// Which buffers vm knows to be free, because a page says so, for model_ool_freed() (view.c).
void view_learn_freed(struct model *model, const struct vm *vm);
/// The receivers whose reservation vm took away in this tick, for model_revoked() (view.c).
bool view_was_revoked(const struct vm *vm, const struct model_task *task);
/// Compares vm's records with the model (view.c).
void view_check(struct model *model, const struct vm *vm);

#endif
