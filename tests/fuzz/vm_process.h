// The process of vm, for the target vm-process: libipc as vm and vm's shell, on a transport without
// sockets. The launcher is honest and answers at once. Six tasks do what the input says; two more
// are honest, and vm serves them whatever the others do.
#ifndef TESTS_FUZZ_VM_PROCESS_H
#define TESTS_FUZZ_VM_PROCESS_H

#include <oolong/message.h>
#include <oolong/wire.h>

#define VP_HOSTILE   6
#define VP_HONEST    VP_HOSTILE // and the one after it
#define VP_TASKS     (VP_HOSTILE + 2)
#define VP_MAX_QUEUE 32
#define VP_OOL_LEN   ((size_t)800 << 10) // more than vm copies in one turn
#define VP_MEM       ((size_t)64 << 10)  // of a task, which is there again and again
#define VP_WINDOW    ((size_t)1 << 20)   // for so many bytes, from VP_BASE() on
#define VP_BASE(k)   ((vaddr_t)(k + 1) << 32)

struct vp_task {
    task_t id; // 0: not started
    int pid;   // 0: reaped
    int gen;
    bool dead; // the process: a zombie until vm has forgotten the task
    struct state_page *page;
    uint8_t *landing;
    uint8_t mem[VP_MEM];
    bool mem_changed;
    uint32_t holes; // pages of the memory that are not there
    int page_fd, landing_fd;
    // Its channel to vm, as seen from vm.
    bool granted, acked;
    bool watched, closed;
    void *cookie;
    struct packet queue[VP_MAX_QUEUE];
    bool broken[VP_MAX_QUEUE]; // the packet breaks the transport's rules
    unsigned first, count;
    bool full;            // the next packet to it does not go
    uint32_t seq;         // of its last call
    struct packet answer; // the last packet to it,
    unsigned num_answers; // and how many there were
    vaddr_t last_id;      // that vm gave it for a payload
    int last_segment;
};
extern struct vp_task vp_tasks[VP_TASKS];

// What the launcher does next.
extern struct vp_launcher {
    bool no_memory;   // CTL_MEMFD fails
    error_t destroys; // what it says to CTL_DESTROY; OK: and ends the task
    bool no_launch;
    bool no_page, no_landing; // vm can map neither of the next task it gets to know
    bool no_copies;           // the host lets vm into no other process
    unsigned launches_at;     // the slot of what it launches
    uint32_t token;           // of the last CTL_LAUNCH
} vp_launcher;

extern uint64_t vp_now_ns;
extern bool vp_inside; // the target runs, and not what drives it

/// Boots the process; once. Then everything back to the beginning, with the honest tasks alone.
void vp_boot(void);
void vp_reset(void);

/// The launcher starts the task in slot `k`, if that is free, or says that it has ended.
void vp_start(unsigned k);
void vp_end(unsigned k);
/// The launcher sends a message.
void vp_say(const struct message *m);

/// A packet arrives from a task, NULL: one that breaks the rules.
void vp_push(unsigned k, const struct packet *packet);

/// Runs vm until it has nothing to do, with all checks.
void vp_run(void);
/// Calls vm for an honest task; `m` becomes the answer.
void vp_call(unsigned k, struct message *m);
/// Ends everybody, and checks that nothing is left.
void vp_finish(void);

/// Says what is wrong and aborts.
void vp_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

// vm_process_shell.c: vm/main.c, and what is static in it.
void shell_start(void);
void shell_turn(void);
void shell_check(void);
bool shell_is_empty(void);

#endif
