// The simulation of a suite: vm, six tasks and the launcher's channels in one process, driven by
// one seed. See docs/testing.md.
//
// A task is a coroutine with an instance of libipc of its own (the same code, linked once for each
// slot, so that its statics are the task's). Its system calls come to syscalls*.c, and each is a
// point at which the others may run.
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include <setjmp.h>
#include <stdio.h>
#include <oolong/message.h>
#include <oolong/wire.h>
#include "api.h"

#define NUM_SLOTS     CONFIG_NUM_TASKS // slot 0 is the launcher's, slot 1 vm's
#define LAUNCHER      0
#define VM            1
#define NUM_FDS       40  // of a task
#define NUM_FILES     256 // of the world
#define NUM_PAGES     48
#define NUM_REGIONS   96
#define NUM_LANDINGS  32
#define RING_SIZE     REGION_MIN_RING
#define QUEUE_MAX     32 // packets in a channel; no honest task comes near
#define OOL_LEN       3000
#define LANDING_SIZE  8192 // ool_landing_len() of it
#define NEVER         UINT64_MAX
#define NS_PER_MS     1000000ull
#define NS_PER_SECOND (1000 * NS_PER_MS)

// --- What is random -----------------------------------------------------------------------------

uint32_t sim_random(void);
/// Below `n`.
static inline uint32_t sim_below(uint32_t n)
{
    return (uint32_t)((uint64_t)sim_random() * n >> 32);
}
/// True once in `n` times.
static inline bool sim_once_in(uint32_t n)
{
    return n && sim_below(n) == 0;
}

// --- Files --------------------------------------------------------------------------------------

enum file_kind { FILE_NONE, FILE_SOCKET, FILE_PAGE, FILE_REGION, FILE_LANDING, FILE_EPOLL };

struct parcel { // a packet under way
    struct packet packet;
    struct file *files[PACKET_MAX_FDS];
    unsigned num_files;
};

struct file {
    enum file_kind kind;
    unsigned refs;
    int owner; // the slot whose table has it; -1: none has
    void *page;
    // FILE_SOCKET: one end. `peer` is NULL when the other end is closed.
    struct file *peer;
    bool reset;           // the peer was closed with packets unread: ECONNRESET, once
    uint64_t ready_since; // the order of epoll's reports; 0: nothing to read
    void *cookie;         // reported by epoll; NULL: not watched
    bool watched;
    unsigned soft_max;   // with this many packets the channel is full for new messages
    uint64_t full_until; // until this time it is full for sends through this end; 0: not full
    unsigned first, count;
    struct parcel queue[QUEUE_MAX];
};

struct file *file_new(enum file_kind kind);
void file_ref(struct file *file);
void file_unref(struct file *file);
void socket_pair(struct file *ends[2]);
struct file *page_new(void);
/// Landing memory of a task.
struct file *landing_new(void);
/// One of a channel's two directions, as two files.
void region_new(struct file *files[2]);
void regions_init(void);
bool socket_readable(const struct file *end);
bool socket_has_room(const struct file *end);
/// 0 or a negative errno. Takes over nothing: the queue holds references of its own.
int socket_send(struct file *end, const struct packet *packet, struct file **files, unsigned num);
/// 1: `*parcel` is the caller's, its references too. 0: end of file. Else a negative errno.
int socket_recv(struct file *end, struct parcel *parcel);
void files_reset(void);
unsigned files_open(void);
uint64_t files_stamp(void);
void page_map(void *page);
bool page_unmap(void *page);

// --- Tasks --------------------------------------------------------------------------------------

enum proc_state {
    PROC_NONE,
    PROC_ALIVE,
    PROC_ENDING, // its memory is gone, its descriptors are being closed
    PROC_ZOMBIE,
};

// The operation that a program is in, as the oracle sees it.
enum op {
    OP_START, // booting
    OP_THINK,
    OP_RECV_ANY,
    OP_RECV_FROM,
    OP_SEND,
    OP_CALL,
    OP_PULL,
    OP_LOOKUP,
    OP_VM,    // a call to vm that is answered at once
    OP_BRIEF, // a call that never waits for a task
    OP_NUM,
};

#define MAX_HELD 4

struct proc {
    int slot;
    task_t id;
    int pid;
    enum proc_state state;
    struct file *fds[NUM_FDS];
    void *maps[128];         // state pages of others, regions
    struct file *regions[2]; // received last, to be mapped next
    unsigned regions_mapped;

    // Scheduling.
    jmp_buf context;
    jmp_buf base; // of its stack
    bool interrupted;
    struct file *waits_for;         // this socket must be readable; NULL: any watched one
    bool waits_for_room;            // it must have room for a packet
    uintptr_t doorbells[NUM_SLOTS]; // futexes that it waits for
    unsigned num_doorbells;
    uint64_t wake_ns;
    uint64_t stopped_until;

    // The program.
    const struct sim_api *api;
    enum op op;
    task_t op_peer;
    uint32_t op_message;
    uint64_t sent_before; // its count of sent messages when the operation began
    int last_peer;        // the slot of its last peer
    bool draining;
    bool exiting;
    uint32_t held[MAX_HELD]; // calls taken and not answered
    unsigned num_held;
    task_t asked[NUM_SLOTS]; // pulls taken and not answered, by the puller's slot; 0: none
    unsigned kept;           // pieces of memory for tasks that have ended, at most
    uint64_t timer_ns;       // of its timer; 0: not set
};

struct sim {
    uint64_t seed;
    uint64_t now_ns;
    uint64_t hash; // of all that happened
    uint64_t steps;
    uint64_t progress; // packets sent, calls begun and ended
    unsigned ops_left;
    bool trace;
    bool failed;
    bool over;      // vm or the launcher has ended: the tasks must end, and nothing else is checked
    bool doomed;    // the other one of the two kills the tasks
    bool ending;    // all has been checked; the tasks end, and nothing may be left
    bool pull_lost; // the payload of an async message that came after its pull was given up
    bool hurt;      // some copy was made to fail
    bool noblock_full; // a noblock send found its channel full, after its payload was placed
    bool delayed;      // a process was stopped, or got no core, for long
    int current;       // slot that runs, LAUNCHER: none
    uint32_t runnable; // slots
    struct proc procs[NUM_SLOTS];
    void *vm; // struct vm
    // How this seed is scheduled.
    unsigned quantum;    // points between two switches, on average
    unsigned step_ns;    // of a step, at most
    unsigned crash_rate; // one crash in this many steps; 0: none
    unsigned stop_rate;
    unsigned interrupt_rate;
    unsigned short_rate; // of copies
    unsigned spurious_rate;
    unsigned soft_max;
    unsigned shm;          // of pairs: 0 none, 1 some, 2 all have shared memory
    bool two_cores;        // tasks spin
    uint64_t fail_stop_at; // a step; 0: never
    unsigned batch;        // most events that epoll reports
    int hub;               // slot of the task that most tasks talk to; 0: none
    int pair;              // slot of the only task that talks to the hub; 0: all tasks do
    unsigned calls;        // per cent of the messages between those two that are calls
};
extern struct sim sim;
extern jmp_buf sim_abandoned;

struct sim_counts {
    uint64_t seeds, steps, switches;
    uint64_t ops[OP_NUM];
    uint64_t calls, sends, noblocks, replies, asyncs, notifications, payloads, bytes;
    uint64_t crashes, stops, interrupts, short_copies, failed_copies, full, spurious;
    uint64_t shm_channels, streams, starts, reused, deadlocks, refused, revoked, fail_stops,
        excused;
};
extern struct sim_counts counts;

void sim_point(void);
void sim_trace(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
#define TRACE_SIM(...)                                                                             \
    do {                                                                                           \
        if (sim.trace)                                                                             \
            sim_trace(__VA_ARGS__);                                                                \
    } while (0)
/// Reports a violation and abandons the seed.
void sim_violation(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
static inline void sim_note(uint64_t what)
{
    sim.hash = (sim.hash ^ what) * 0x100000001b3ull;
}

// sched.c
void sched_init(void);
void sched_reset(void);
void sched_run(void);
void sched_start(struct proc *p);
/// Lets the others run until `wake_ns`, or until proc_wake(). The caller then checks its condition
/// again.
void sched_block(struct file *waits_for, bool for_room, uint64_t wake_ns);
void sched_wake(struct proc *p);
/// Wakes the processes that wait for a futex.
void sched_ring(uintptr_t doorbell);
void sched_leave(void) __noreturn;
/// A point in the middle of a step of the launcher at which the others may run.
void sched_meanwhile(void);
static inline struct proc *sched_self(void)
{
    return &sim.procs[sim.current];
}
void proc_kill(struct proc *p);
/// One step of a task that ends; false: it has ended.
bool proc_end_step(struct proc *p);
struct proc *proc_find(task_t id);
bool proc_is_alive(task_t id);

// seed.c
/// False: a violation was reported.
bool seed_run(uint64_t seed, unsigned ops, bool trace);

// memory.c
void memory_init(void);
void memory_start(int slot);
void memory_reset(int slot);
bool memory_holds(int slot, uintptr_t addr, size_t len);
void *memory_alloc(int slot, size_t size);
void memory_free(int slot, void *ptr);
unsigned memory_live(int slot);
size_t memory_size(const void *ptr);
void *memory_map(int slot, size_t len);
void *memory_stack(int slot, size_t *size);

// launcher.c
void launcher_init(void);
/// Takes one step; false: there is nothing to do.
bool launcher_step(void);
uint64_t launcher_deadline(void);
void launcher_poke(task_t task);
void launcher_vanish(void);
void launcher_check(void);
/// The state page of the living task in a slot.
const struct state_page *launcher_page(int slot);
/// Whether `task` was sent its end of the channel to `peer`; and whether the launcher still has to
/// send it an end of any channel.
bool launcher_has_sent(task_t task, task_t peer);
bool launcher_owes(task_t task);
/// The number of descriptors and pages that remain when only vm is left.
unsigned launcher_rest(void);
#define POKE_MSG 0x7fff // from the launcher: the receiver goes on with its program

// program.c
void program_run(struct proc *p);

// oracle.c, messages.c
void oracle_init(void);
void oracle_task_started(struct proc *p);
void oracle_task_ended(struct proc *p);
/// Called when no task can go on. Returns false when the seed is done.
bool quiet(void);

#endif
