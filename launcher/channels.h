// Who has a channel to whom, and what is to be sent to each task: the launcher's decisions about
// tasks' slots, grants and control packets. There is no system call in here; descriptors are
// numbers that `struct channel_env` makes and closes, so the same code runs under a simulation.
//
// A grant goes to both tasks of a new channel. A task's packets leave in order, and a CTL_GRANT
// waits at the head of its queue until the task acknowledged the one before it: about a thousand
// undelivered descriptors would stop an ordinary user from passing any.
#ifndef LAUNCHER_CHANNELS_H
#define LAUNCHER_CHANNELS_H

#include <oolong/wire.h>

// A packet that waits to be sent. It owns its descriptors.
struct outgoing {
    struct packet packet;
    int fds[PACKET_MAX_FDS];
    unsigned num_fds;
    struct outgoing *next;
};

enum endpoint_state {
    ENDPOINT_FREE = 0, // no task in this slot
    ENDPOINT_STARTING, // not under its filters yet: no channel to a peer is granted
    ENDPOINT_READY,
    ENDPOINT_ENDED, // keeps its slot until it is reaped
};

struct endpoint {
    task_t id;
    enum endpoint_state state;
    int32_t next_gen;
    task_t unacked; // the grant about this task was sent and not acknowledged; 0: none
    struct outgoing *head;
    struct outgoing *tail;
    unsigned num_queued;
};

// What one task has of another, by slots.
enum half {
    HALF_NONE = 0,
    HALF_ASKED,  // asked for it; one of the two is starting
    HALF_QUEUED, // a grant waits in its queue
    HALF_SENT,   // a grant was sent
    HALF_TAKEN,  // acknowledged, or had from the start
};

struct channel_env {
    void *ctx;
    // Whether the suite lets two tasks talk.
    bool (*may_talk)(void *ctx, task_t a, task_t b);
    // Notes that two tasks have a channel, and that what a task had is nobody's any more: the slot
    // is free. Before the first of a pair's grants is queued; after vm has forgotten the task, so
    // that whoever asks vm about one that ended is told of its end.
    void (*allow)(void *ctx, task_t a, task_t b);
    void (*revoke)(void *ctx, task_t task);
    // Makes the two ends of a channel. False: no descriptors left.
    bool (*make_pair)(void *ctx, int ends[2]);
    // Returns a new read-only descriptor of a task's state page, or -1.
    int (*open_page)(void *ctx, task_t task);
    void (*close_fd)(void *ctx, int fd);
    // Fills the grant that `a` gets for its channel to `b`, but for `task` and `chan`: the
    // interfaces that they know in different versions, what `b` receives.
    void (*describe)(void *ctx, task_t a, task_t b, struct control_grant *grant);
    // The size of the rings of a new channel; 0: it is a socket alone.
    uint32_t (*ring_size)(void *ctx, task_t a, task_t b);
    // Makes the region of one direction: a read-write and a read-only descriptor.
    bool (*make_region)(void *ctx, uint32_t ring_size, int *rw, int *ro);
    // Marks a task as ended in its state page; and wakes every task that may wait for it.
    void (*mark_ended)(void *ctx, task_t task);
    void (*wake_waiters)(void *ctx, task_t task);
};

struct channels {
    struct channel_env env;
    uint32_t last_chan; // channel numbers are unique in the suite, from 1
    int last_slot;      // slots are given out in turn, so that one is reused as late as possible
    struct endpoint endpoints[CONFIG_NUM_TASKS];
    uint8_t halves[CONFIG_NUM_TASKS][CONFIG_NUM_TASKS]; // enum half: [owner's slot][peer's slot]
};

// `c` is zeroed memory.
void channels_init(struct channels *c, const struct channel_env *env);

// Takes a slot for a new task and returns its id, ERR_NO_MEMORY when all are taken. The first one
// is vm.
task_t channels_add(struct channels *c);

// The endpoint of a task that has not ended; NULL for any other id.
struct endpoint *channels_find(struct channels *c, task_t task);

// A number for a channel that is not granted but had from the start: a task's to vm. Its half at
// the task counts as taken; the one at vm is queued with channels_grant_vm().
uint32_t channels_number(struct channels *c);

// Queues to vm the grant for its end of a starting task's channel, `fd`, and the task's landing
// memory (both owned from here on). False: there is no descriptor left for the page or that memory.
bool channels_grant_vm(struct channels *c, task_t task, uint32_t chan, int fd, int landing_fd);

// The task is under its filters: once vm has taken its channel to it too, those who asked for the
// task get their channels.
void channels_ready(struct channels *c, task_t task);

// The end of a task, from its mark to what vm is told (`note`; NULL: nothing, because vm does not
// know the task or ends itself). Its queue is dropped, and tasks that asked for it get ERR_ABORTED.
// Its slot stays taken until channels_free().
void channels_ended(struct channels *c, task_t task, const struct packet *note);
void channels_free(struct channels *c, task_t task);

// CTL_CONNECT: `task` wants a channel to `peer`. Answers by queueing grants or an error; not at all
// when a grant is on its way already.
void channels_connect(struct channels *c, task_t task, task_t peer);

// CTL_GRANT_ACK. False: no such grant was sent; the task breaks the rules.
bool channels_ack(struct channels *c, task_t task, task_t peer);

// Queues a packet for `task`. `fds` are owned from here on, also when the task is gone.
void channels_push(struct channels *c, task_t task, const struct packet *packet, const int *fds,
                   unsigned num_fds);
void channels_answer(struct channels *c, task_t task, enum control_op op, task_t about,
                     error_t error);

// The packet that is to be sent next, or NULL; and that it was sent, which releases it.
struct outgoing *channels_next(struct channels *c, task_t task);
void channels_sent(struct channels *c, task_t task);

#endif
