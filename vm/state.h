// The state of vm's core: the task table, and everything that is kept for each task. Only the core
// and its tests include this.
#ifndef VM_STATE_H
#define VM_STATE_H

#include <oolong/list.h>
#include <oolong/wire.h>
#include "vm.h"

#ifndef VM_BOUNCE_LEN
#define VM_BOUNCE_LEN (128 * 1024) // fits the cache; also the size of a piece of a copy
#endif
#define VM_REVOKE_NS 100000000ull // how long an idle reservation may hold up others
// After this many rounds a receiver has looked at each of its channels (64 in a round), even if a
// few packets came before the message.
#define VM_REVOKE_ROUNDS     (8 + CONFIG_NUM_TASKS / 64)
#define VM_PAYLOAD_ALIGN     16
#define VM_MAX_OOL_LEN       (1ull << 40)     // sums of four such lengths cannot overflow
#define VM_MAX_TEXT          4096             // task.launch
#define VM_NAME_LEN          64               // with the NUL
#define VM_MAX_NAMES         MAX_SERVED_NAMES // names that one task may serve
#define VM_MAX_REVOKED       8                // revoked reservations remembered for each sender
#define VM_MAX_EXITS         CONFIG_NUM_TASKS // watches and ends not yet pulled, of one task
#define VM_MAX_SEGMENTS      128              // segments
#define VM_MAX_TASK_SEGMENTS 16               // segments of one task
#define VM_MAX_SEGMENT_LEN   (1ull << 30)     // one segment, and all segments of one task
#define VM_MAX_PAGES_LEN     (1ull << 30)     // vm.alloc_pages of one task, in all

// Which answer a task waits for. A task has one request at a time.
enum vm_wait {
    VM_NOT_WAITING = 0,
    VM_BLOCKED, // ool.send: in the queue of its destination
    VM_COPYING, // ool.send: its payloads are being copied
    VM_LOOKUP,  // discovery.lookup: no task serves the name yet
    VM_LAUNCH,  // task.launch: the launcher has not answered yet
};

// The state of a receive buffer. While it is LANDING_OUT, its owner may be reading it, so vm does
// not write it.
enum landing_state {
    LANDING_NONE = 0, // no memory registered
    LANDING_ARMED,    // free
    LANDING_COPYING,  // a copy runs into it
    LANDING_RESERVED, // holds a sender's payloads, whose message is not taken yet
    LANDING_OUT,      // the receiver has verified them
};

struct vm_landing {
    enum landing_state state;
    unsigned count; // of payloads
    vaddr_t addr;
    size_t cap;       // bytes of payload; one more byte is registered, for a NUL
    bool has_receipt; // there is room for one before `addr`
    uint8_t *mapped;  // the same memory in vm's process; NULL: not mapped there
    task_t src;       // whose payloads
    uint32_t episode; // closed: of the receiver's wait for `src`; OUT: in which it was handed over
    bool orphan;      // RESERVED: `src` has ended; any sender may take the buffer
    bool stale;       // the receipt in the buffer is of payloads that were taken away
    uint64_t id;      // the random number that `src` gets, or got
    size_t lens[MSG_MAX_PAYLOADS];
};

// What a task asked for with ool.send, while it is blocked or its payloads are copied.
struct vm_send {
    struct vm_task *dst;
    bool noblock;
    bool crossing; // noblock, and not a reply: the receiver may wait for something else
    unsigned count;
    vaddr_t addrs[MSG_MAX_PAYLOADS];
    size_t lens[MSG_MAX_PAYLOADS];
    size_t total;               // bytes in the receive buffer, gaps included
    struct vm_landing *landing; // COPYING: where to
    unsigned index;             // COPYING: the payload that is next,
    size_t offset;              // where in the buffer it starts,
    size_t done;                // and how much of it was copied
    bool begun;                 // COPYING: something was written into the buffer
};

// Watches a reservation that holds up others. If the receiver has had time for the message and it
// has not come, the reservation is revoked.
struct vm_patience {
    uint64_t deadline_ns; // 0: not watching
    uint64_t id;          // of the reservation
    uint64_t word;        // the receiver's wait word when this period began
    bool late;            // the first period is over: the message should have come
    uint32_t begun;       // late: the receiver's round in which it should have
};

struct vm_revoked {
    task_t dst;
    uint64_t id; // 0: none
};

struct vm_name {
    char text[VM_NAME_LEN];
    bool served;
};

struct vm_exit {
    task_t task;
    int status; // as task.exited has it
};

struct vm_task {
    task_t id;
    int pid;
    uint32_t rights;
    size_t ool_len; // largest payload that it receives
    char name[VM_NAME_LEN];

    enum vm_wait wait;
    list_elem_t link; // VM_BLOCKED: in dst->blocked; VM_COPYING: in vm->copies
    struct vm_send send;
    struct vm_revoked revoked[VM_MAX_REVOKED]; // a circular buffer
    unsigned next_revoked;

    // As a receiver.
    struct vm_landing landing[OOL_NUM_BUFFERS];
    list_t blocked; // senders, in the order of arrival
    unsigned num_blocked;
    unsigned published; // num_blocked as vm's page says it
    bool refused;       // a sender that may not block found the reserved buffer
    bool requeued;      // a copy was cancelled: its sender is back in the queue
    bool dirty;         // in vm->dirty: vm_settle() must look at it
    list_elem_t dirty_link;
    struct vm_patience patience;

    bool serve_told, launch_told, destroy_told; // the key that it lacks was logged
    bool serves_any;
    unsigned num_names;
    struct vm_name names[VM_MAX_NAMES]; // names that it may serve, or serves
    char lookup_name[VM_NAME_LEN];      // VM_LOOKUP
    uint64_t lookup_deadline_ns;        // VM_LOOKUP: 0 is never
    task_t lookup_except;               // VM_LOOKUP: not this server
    uint32_t launch_token;              // VM_LAUNCH

    uint64_t watching[(CONFIG_NUM_TASKS + 63) / 64]; // live tasks that it watches, by slot
    unsigned num_watching;
    struct vm_exit exits[VM_MAX_EXITS]; // ends to be pulled, a circular buffer
    unsigned first_exit;
    unsigned num_exits;

    unsigned num_segments;
    size_t segment_bytes;
    size_t page_bytes;
};

struct vm_segment {
    int id; // 0: free
    task_t owner;
    size_t len;
    int fds[2]; // read-write, read-only
};

struct vm {
    const struct vm_env *env;
    void *ctx;
    uint64_t deadline_ns; // no deadline is earlier
    uint32_t next_token;
    unsigned num_slots; // slots that were ever used are below
    struct vm_stats stats;
    list_t copies; // senders in VM_COPYING, the next one first
    list_t dirty;  // receivers
    size_t budget; // bytes that this entry into the core may still copy at once
    struct vm_segment segments[VM_MAX_SEGMENTS];
    struct vm_exit ended[CONFIG_NUM_TASKS]; // the last end in each slot
    unsigned num_segments;
    // Kept apart from the tasks, so that vm_init() and searches do not touch their memory.
    task_t ids[CONFIG_NUM_TASKS];       // 0: no live task in the slot
    int32_t last_gen[CONFIG_NUM_TASKS]; // newest generation seen in the slot; -1: none
    struct vm_task tasks[CONFIG_NUM_TASKS];
    // A receipt and a first piece, which are written together into a receive buffer that is not
    // mapped in vm's process.
    struct ool_receipt receipt;
    uint8_t bounce[VM_BOUNCE_LEN];
};
STATIC_ASSERT(offsetof(struct vm, bounce) ==
              offsetof(struct vm, receipt) + sizeof(struct ool_receipt));

// Each live task in turn, `task` being a name for it. `continue` goes on to the next; `break` does
// too, so leave it with return.
#define VM_FOR_EACH(vm, task)                                                                      \
    for (unsigned task##_slot_ = 0; task##_slot_ < (vm)->num_slots; task##_slot_++)                \
        for (__typeof__(&(vm)->tasks[0]) task = &(vm)->tasks[task##_slot_];                        \
             task && (vm)->ids[task##_slot_]; task = NULL)

#endif
