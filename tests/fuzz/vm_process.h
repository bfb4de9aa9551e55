// The process of vm, for the target vm-process: libipc as vm and vm's shell, on a transport without
// sockets. The launcher is honest and answers at once. Six tasks do what the input says. Two more
// are honest, and vm must serve them whatever the others do.
#ifndef TESTS_FUZZ_VM_PROCESS_H
#define TESTS_FUZZ_VM_PROCESS_H

#include <oolong/message.h>
#include <oolong/wire.h>
#include "fake_fds.h"

#define VP_HOSTILE   6
#define VP_HONEST    VP_HOSTILE // this one and the next
#define VP_TASKS     (VP_HOSTILE + 2)
#define VP_MAX_QUEUE 32
#define VP_CHANNELS  2 // of a slot at a time: one may still be read when the slot is granted again
#define VP_OOL_LEN   ((size_t)800 << 10) // more than vm copies in one turn
#define VP_LARGE     2                   // the task whose receive memory is large,
#define VP_LARGE_LEN ((size_t)20 << 20)  // more than vm gives back in one turn
#define VP_LEN(k)    ((k) == VP_LARGE ? VP_LARGE_LEN : VP_OOL_LEN)
#define VP_MEM       ((size_t)64 << 10) // of a task; the window shows it again and again
#define VP_WINDOW    ((size_t)1 << 20)  // its length in bytes; it begins at VP_BASE()
#define VP_BASE(k)   ((vaddr_t)(k + 1) << 32)

// A channel of a task to vm, as seen from vm, and the memory that goes with it. The second address
// of each is vm's own.
struct vp_channel {
    unsigned slot;
    int fd;
    bool watched, closed;
    bool ended; // the task's end is closed
    void *cookie;
    struct packet queue[VP_MAX_QUEUE];
    bool broken[VP_MAX_QUEUE]; // the packet breaks the transport's rules
    unsigned first, count;
    struct state_page *page, *page_of_vm;
    uint8_t *landing, *landing_of_vm;
};

struct vp_task {
    task_t id; // 0: not started
    int pid;   // 0: reaped
    int gen;
    bool dead; // the process is a zombie until vm has forgotten the task
    uint8_t mem[VP_MEM];
    uint32_t changed; // pages of the memory that have changed since the start
    uint32_t holes;   // pages of the memory that do not exist
    struct vp_channel channels[VP_CHANNELS];
    struct vp_channel *channel; // the newest one
    bool granted, acked;
    bool full;            // the next packet to it cannot be sent
    uint32_t seq;         // of its last call
    struct packet answer; // the last packet to it,
    unsigned num_answers; // and the number of such packets
    vaddr_t last_id;      // the last id that vm gave it for a payload
    int last_segment;
};
extern struct vp_task vp_tasks[VP_TASKS];

// The launcher's next actions.
extern struct vp_launcher {
    bool no_memory;   // CTL_MEMFD fails
    error_t destroys; // its answer to CTL_DESTROY; if OK, it ends the task
    bool no_launch;
    bool no_page, no_landing; // vm cannot map the page or receive memory of the next task
    bool no_watch;            // vm can watch no more channels
    bool no_copies;           // the host lets vm read no other process
    bool restarts;            // it starts a slot again as soon as vm has reaped its last task
    unsigned launches_at;     // the slot of the next launched task
    uint32_t token;           // of the last CTL_LAUNCH
} vp_launcher;

extern uint64_t vp_now_ns;

/// Boots vm, once. vp_reset() then begins an input: only the honest tasks are there.
void vp_boot(void);
void vp_reset(void);

/// These start a task in slot `k` if the slot is free, or end it. The launcher tells vm.
void vp_start(unsigned k);
void vp_end(unsigned k);
/// The launcher sends a message.
void vp_say(const struct message *m);

/// A packet arrives from a task; NULL: a packet that breaks the rules.
void vp_push(unsigned k, const struct packet *packet);

/// Runs vm until it has nothing to do, with all checks.
void vp_run(void);
/// Calls vm for an honest task; `m` becomes the answer.
void vp_call(unsigned k, struct message *m);
/// Ends all tasks, and checks that nothing is left.
void vp_finish(void);

/// A task writes `len` bytes at `offset` of its own memory.
void vp_write(struct vp_task *task, size_t offset, const void *data, size_t len);

// vm_process_shell.c: vm/main.c and its static variables.
void shell_start(void);
void shell_turn(void);
void shell_check(void);
bool shell_is_empty(void);

#endif
