// The launcher's decisions about slots, channels and control packets: which task has a channel to
// which, and the packets that wait to be sent to each task. This code makes no system call.
// Descriptors are numbers that `struct channel_env` makes and closes, so that the simulation runs
// the same code.
//
// Both tasks of a new channel get a grant (CTL_GRANT). A task's packets are sent in order. A grant
// stays in the queue until the task has acknowledged the grant before it, because Linux stops an
// ordinary user from passing descriptors when about a thousand of them are undelivered.
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
    ENDPOINT_STARTING, // not under its filters yet: it gets no channel to a peer
    ENDPOINT_READY,
    ENDPOINT_ENDED, // keeps its slot until it is reaped
};

struct endpoint {
    task_t id;
    enum endpoint_state state;
    int32_t next_gen;
    task_t unacked; // the peer of the grant that was sent and not acknowledged; 0: none
    struct outgoing *head;
    struct outgoing *tail;
    unsigned num_queued;
};

// How far one task is with its channel to another.
enum half {
    HALF_NONE = 0,
    HALF_ASKED,  // it asked for the channel; one of the two is still starting
    HALF_QUEUED, // the grant waits in its queue
    HALF_SENT,   // the grant was sent
    HALF_TAKEN,  // the grant was acknowledged, or the task had the channel from its start
};

struct channel_env {
    void *ctx;
    // Whether the suite lets two tasks talk.
    bool (*may_talk)(void *ctx, task_t a, task_t b);
    // Let vm place payloads between two tasks, before the first of their grants is queued; and
    // take all of that back from a task when its slot becomes free. That is after vm has forgotten
    // the task, so that a task that asks vm about it is told of its end.
    void (*allow)(void *ctx, task_t a, task_t b);
    void (*revoke)(void *ctx, task_t task);
    // Makes the two ends of a channel. False: there are no descriptors left.
    bool (*make_pair)(void *ctx, int ends[2]);
    // Returns a new read-only descriptor of a task's state page, or -1.
    int (*open_page)(void *ctx, task_t task);
    void (*close_fd)(void *ctx, int fd);
    // Fills in the rest of the grant that `a` gets for its channel to `b`: how long payloads to `b`
    // may be, and how many methods the two know in different versions.
    void (*describe)(void *ctx, task_t a, task_t b, struct control_grant *grant);
    // The size of the payload rings of a new channel; 0: it is a socket only.
    uint32_t (*ring_size)(void *ctx, task_t a, task_t b);
    // Makes the shared memory of one direction: a read-write and a read-only descriptor.
    bool (*make_region)(void *ctx, uint32_t ring_size, int *rw, int *ro);
    // Marks a task as ended in its state page; and wakes every task that may wait for it.
    void (*mark_ended)(void *ctx, task_t task);
    void (*wake_waiters)(void *ctx, task_t task);
};

struct channels {
    struct channel_env env;
    uint32_t last_chan; // channel numbers are unique in the suite, from 1
    int last_slot;      // slots are used in turn, so that each is used again as late as possible
    struct endpoint endpoints[CONFIG_NUM_TASKS];
    uint8_t halves[CONFIG_NUM_TASKS][CONFIG_NUM_TASKS]; // enum half: [owner's slot][peer's slot]
};

// `c` is zeroed memory.
void channels_init(struct channels *c, const struct channel_env *env);

// Takes a slot for a new task. Returns its id, or ERR_NO_MEMORY when all slots are taken. The first
// task is vm.
task_t channels_add(struct channels *c);

// The endpoint of a task that has not ended; NULL for any other id.
struct endpoint *channels_find(struct channels *c, task_t task);

// A number for the channel between a task and vm. The task has its end from the start; vm gets the
// other end by channels_grant_vm().
uint32_t channels_number(struct channels *c);

// Queues to vm the grant for its end `fd` of the channel to a starting task, with the memory that
// the task receives payloads in. Takes over both descriptors. False: there was no descriptor left
// for the task's page, or `landing_fd` is -1.
bool channels_grant_vm(struct channels *c, task_t task, uint32_t chan, int fd, int landing_fd);

// The task is under its filters. Tasks that asked for it get their channels as soon as vm has
// acknowledged its own channel to the task.
void channels_ready(struct channels *c, task_t task);

// Ends a task: marks it, drops its queue, answers tasks that asked for it with ERR_ABORTED, wakes
// the tasks that wait for it, and queues `note` to vm. `note` is NULL if vm does not know the task,
// or is ending itself. The slot stays taken until channels_free().
void channels_ended(struct channels *c, task_t task, const struct packet *note);
void channels_free(struct channels *c, task_t task);

// CTL_CONNECT: `task` wants a channel to `peer`. Queues the grants or an error; nothing if a grant
// is on its way already.
void channels_connect(struct channels *c, task_t task, task_t peer);

// CTL_GRANT_ACK. False: no such grant was sent, so the task breaks the rules.
bool channels_ack(struct channels *c, task_t task, task_t peer);

// Queues a packet for `task`. Takes over `fds`, even if the task has ended.
void channels_push(struct channels *c, task_t task, const struct packet *packet, const int *fds,
                   unsigned num_fds);
void channels_answer(struct channels *c, task_t task, enum control_op op, task_t about,
                     error_t error);

// Returns the packet to be sent next, or NULL. channels_sent() releases it after it was sent.
struct outgoing *channels_next(struct channels *c, task_t task);
void channels_sent(struct channels *c, task_t task);

#endif
