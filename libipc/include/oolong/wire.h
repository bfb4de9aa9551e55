// The wire format: packets, state pages and regions. This is the only header that the launcher
// shares with libipc. Programs never include it.
//
// A channel is one socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC) between exactly two tasks (or
// a task and the launcher). Every packet is one 256-byte message. The receiver knows the sender
// from the descriptor, so the transport uses the message's `src` word for itself:
//
//   bit 31      0; in a slot of shared memory: see region_mark()
//   bits 28-30  kind (enum wire_kind)
//   bits 14-27  seq: numbers SEND and CALL packets of this direction of the channel, from 1
//   bits 0-13   ack: in REPLY, ACK and NACK the seq that is answered; in SEND and CALL the seq of
//               the CALL whose reply they take the place of (0: none)
//
// Sequence numbers wrap around, but none is ambiguous. At most two packets of a direction wait for
// an answer: one SEND or CALL, and one async pull. The sender of a SEND or CALL sends nothing else
// until the answer comes. The sender of a pull may go on while it is under way. Each is answered
// exactly once, so a number is free again when its answer has come. A sender never gives a new
// packet the number of a pull under way. Only answers refer to a number, so a SEND or CALL names a
// CALL in `ack` only while that CALL is open.
#ifndef OOLONG_WIRE_H
#define OOLONG_WIRE_H

#include <stdatomic.h>
#include <oolong/types.h>
#include <oolong/wire_version.h>

// --- The wire version ---------------------------------------------------------------------------
//
// WIRE_VERSION is a hash of this file and of the others that lay out packets and pages (see
// libipc/CMakeLists.txt). The launcher starts only programs that have its own version in an ELF
// note, and a program goes on only if CTL_BOOT has the program's own version. The note and the
// place of the version in CTL_BOOT are the same in all versions.

// Raise this number when a meaning changes but no declaration does: the order of two writes, for
// example, or the layout that idlc gives to messages.
#define WIRE_REVISION 1

// The ELF note.
struct wire_note {
    uint32_t name_len, version_len, type; // as in elf(5)
    char name[8];
    uint32_t version;
};
#define WIRE_NOTE_ATTRIBUTES __attribute__((section(".note.oolong"), used, aligned(4)))
#define WIRE_NOTE                                                                                  \
    {                                                                                              \
        sizeof("Oolong"), sizeof(uint32_t), 1, "Oolong", WIRE_VERSION                              \
    }

#define TASK_SLOT_BITS       10
#define TASK_SLOT(task)      ((task) & ((1 << TASK_SLOT_BITS) - 1))
#define TASK_GEN(task)       ((task) >> TASK_SLOT_BITS)
#define TASK_MAX_GEN         ((1 << (30 - TASK_SLOT_BITS)) - 1)
#define TASK_MAKE(gen, slot) ((task_t)(((gen) << TASK_SLOT_BITS) | (slot)))
STATIC_ASSERT(CONFIG_NUM_TASKS <= (1 << TASK_SLOT_BITS));

#define MAX_SERVED_NAMES 16 // one task may serve at most this many names

enum wire_kind {
    WIRE_CONTROL,  // between a task and the launcher only; `type` is an enum control_op
    WIRE_SEND,     // a blocking send: the sender waits for ACK or NACK
    WIRE_CALL,     // a call: the sender waits for a REPLY or NACK; no ACK is sent
    WIRE_REPLY,    // answers the CALL numbered `ack`
    WIRE_NOBLOCK,  // not answered; each direction has at most one that was not taken yet (see
                   // PEER_NOBLOCK)
    WIRE_ACK,      // the SEND numbered `ack` was taken
    WIRE_NACK,     // the SEND or CALL numbered `ack` was not taken; `type` is the error code,
                   // ERR_TRY_AGAIN when the payload must be sent again
    WIRE_DOORBELL, // look at the notification bits in my state page
};

#ifndef WIRE_SEQ_BITS
#define WIRE_SEQ_BITS 14 // the simulation has fewer bits, so its numbers wrap around often
#endif
#define WIRE_SEQ_MASK ((1 << WIRE_SEQ_BITS) - 1)
STATIC_ASSERT(WIRE_SEQ_BITS >= 2 && WIRE_SEQ_BITS <= 14);
static inline uint32_t wire_word(enum wire_kind kind, uint32_t seq, uint32_t ack)
{
    return (uint32_t)kind << 28 | (seq & WIRE_SEQ_MASK) << 14 | (ack & WIRE_SEQ_MASK);
}
static inline enum wire_kind wire_kind(uint32_t word)
{
    return (enum wire_kind)(word >> 28);
}
static inline uint32_t wire_seq(uint32_t word)
{
    return word >> 14 & WIRE_SEQ_MASK;
}
static inline uint32_t wire_ack(uint32_t word)
{
    return word & WIRE_SEQ_MASK;
}

// --- Receive buffers ----------------------------------------------------------------------------
//
// Each task registers two with ool.recv: one for open receives and one for closed receives. They
// are in memory that the launcher makes and gives only to the task and to vm. vm copies a payload
// from its sender's memory directly into them (process_vm_readv). In front of the payloads vm
// writes a receipt that describes them. Only vm and the task itself can write there. The receipt is
// valid while its `id` is the one that the message brings. vm sets `id` to 0 before it uses the
// buffer for another payload. So if a task still finds the same `id` after it has copied the
// payloads out, it has copied the right bytes.
enum { OOL_OPEN, OOL_CLOSED, OOL_NUM_BUFFERS };

struct ool_receipt {
    _Atomic uint64_t id; // 0: none
    int32_t src;
    uint32_t count; // number of payloads
    uint64_t lens[4];
    uint64_t reserved[2];
};
STATIC_ASSERT(sizeof(struct ool_receipt) == 64);

/// The distance in bytes from one receive buffer of a task to the next, if each takes `len` bytes
/// of payload: the receipt, the payload and one byte for the NUL of a string, on whole pages.
static inline size_t ool_buffer_stride(size_t len)
{
    return ALIGN_UP(sizeof(struct ool_receipt) + len + 1, (size_t)4096);
}

/// The size in bytes of both buffers together.
static inline size_t ool_landing_len(size_t len)
{
    return OOL_NUM_BUFFERS * ool_buffer_stride(len);
}

// --- State pages --------------------------------------------------------------------------------
//
// A sealed memfd that one task writes, and that the launcher, vm and its peers map read-only. Its
// contents are claims of its owner: a false claim harms only the task itself and tasks that chose
// to call it.

enum wait_kind {
    WAIT_RUNNING = 0, // does not wait
    WAIT_OPEN,        // open receive
    WAIT_RECV,        // closed receive from `task` (ipc_recv(task))
    WAIT_CALL,        // in ipc_call to `task`: counts as a closed receive from it
    WAIT_SEND,        // in ipc_send to `task`
    WAIT_EXIT,        // ended (only the launcher's own records have this kind)
};

// The wait word: kind in bits 56-63, episode in bits 32-55, task in bits 0-31. One 64-bit store
// publishes all three. The episode is incremented by each wait.
static inline uint64_t wait_word(enum wait_kind kind, uint32_t episode, task_t task)
{
    return (uint64_t)kind << 56 | (uint64_t)(episode & 0xffffff) << 32 | (uint32_t)task;
}
static inline enum wait_kind wait_word_kind(uint64_t word)
{
    return (enum wait_kind)(word >> 56);
}
static inline uint32_t wait_word_episode(uint64_t word)
{
    return word >> 32 & 0xffffff;
}
static inline task_t wait_word_task(uint64_t word)
{
    return (task_t)(uint32_t)word;
}

// The peer word: bits that the owner of a page and one peer exchange without a packet. Each bit of
// `sent` stands for a notification or a packet. That is pending while the bit differs from the same
// bit of `seen` in the peer's word for the owner. The owner flips a bit of `sent` only while it is
// not pending. The peer copies the bit to its `seen` when it has consumed it. So each bit has one
// writer, nothing is counted and nothing is lost. The word is valid only for channel number `chan`
// (a slot's next owner gets another number); for any other channel it counts as all zero.
//
//   bits 32-63  chan      bits 16-31  sent       bits 0-15  seen
#define PEER_NOTIFY_MASK 0x00ff // the eight notification bits
#define PEER_DOORBELL    0x0100 // a DOORBELL packet is in the channel
#define PEER_NOBLOCK     0x0200 // a NOBLOCK packet is in the channel
static inline uint64_t peer_word(uint32_t chan, uint16_t sent, uint16_t seen)
{
    return (uint64_t)chan << 32 | (uint32_t)sent << 16 | seen;
}

// The part of a page that the owner writes for one peer. It has its own cache lines, so a peer that
// polls it is not slowed down when the owner writes for other peers. The first line changes seldom;
// the second changes with each message. All fields but `doorbell` and `closed` are valid only for
// the channel that `word` names, and are zero at its beginning.
//
// The owner first makes its change visible, then increments `doorbell`, then checks whether the
// peer sleeps and wakes it. The peer publishes that it is asleep, then reads the doorbell again. So
// one of the two sees the other.
struct peer_line {
    _Alignas(64) _Atomic uint64_t word; // peer_word()
    _Atomic uint32_t closed;            // the channel that the owner ended; 0: none
    _Atomic uint32_t wants;             // 1: the owner waits for room in its ring
    // A futex. The launcher rings it too when the owner has ended.
    _Alignas(64) _Atomic uint32_t doorbell;
    _Atomic uint32_t taken;       // packets taken out of the peer's region
    _Atomic uint64_t bytes;       // bytes of payloads put into the owner's ring
    _Atomic uint64_t bytes_taken; // bytes of payloads taken out of the peer's ring
};
STATIC_ASSERT(sizeof(struct peer_line) == 128);

// How the owner of a page sleeps. This tells peers how to wake it.
enum sleep_kind {
    SLEEP_NOT = 0,
    SLEEP_FUTEX,  // on the doorbells of the peers that it waits for
    SLEEP_SOCKET, // on its descriptors: only a packet wakes it
};

struct state_page {
    _Atomic uint64_t wait;     // wait_word()
    _Atomic uint64_t since_ns; // CLOCK_MONOTONIC when `wait` was last published, or soon after
    _Atomic int32_t wait_type; // type of the message being sent, in WAIT_SEND and WAIT_CALL
    _Atomic int32_t last_type; // type of the last message received, for the crash report; for a
                               // server, of the last message that was not an answer
    _Atomic int32_t last_src;  // sender of that message
    _Atomic uint32_t blocked_in_vm; // 1 while the owner waits inside vm's ool.send
    _Atomic uint64_t num_sent;      // messages sent
    _Atomic uint64_t num_received;  // messages received
    // vm's page only: the task whose memory vm is copying now (0: none), and CLOCK_MONOTONIC when
    // that copy of a piece began. The launcher ends a task if reading its memory keeps vm asleep
    // for too long.
    _Atomic int32_t copying;
    // Open receives look at their channels in rounds. `rounds_begun` counts the rounds. The owner
    // has received everything that it found in the first `rounds_served` rounds. (If more than 64
    // channels have something, one round finds 64 of them and the next round finds others.)
    _Atomic uint32_t rounds_begun;
    _Atomic uint32_t rounds_served;
    _Atomic uint64_t copying_since_ns;
    _Atomic uint64_t bytes_sent;     // bytes of payloads sent
    _Atomic uint64_t bytes_received; // bytes of payloads received
    _Atomic uint64_t errors_sent;    // error answers
    // For each receive buffer, the id of the last receipt whose payloads the owner has copied out.
    // After that the buffer is free again. The owner publishes the id, like the wait word, before
    // it reads vm's count.
    _Atomic uint64_t copied_out[OOL_NUM_BUFFERS];
    // Log lines that were left out because they were repeated, and because there was no room. Both
    // counters wrap around. The launcher reports how much they have grown.
    _Atomic uint32_t lines_repeated;
    _Atomic uint32_t lines_unread;
    // Peers read these with every message; they seldom change. They have their own cache line.
    _Alignas(64) _Atomic uint32_t asleep; // enum sleep_kind
    _Atomic int32_t cpu;                  // the core on which the owner ran when it last said so
    // The launcher writes these two, and maps the page writable for that: whether the owner has
    // ended, and how often the launcher has sent a packet to the owner (a futex).
    _Alignas(64) _Atomic uint32_t ended;
    _Atomic uint32_t launcher_doorbell;
    // vm's page only: odd while the launcher checks regularly whether a copy stalls. The launcher
    // stops checking when there has been no copy for a while. vm then sends CTL_COPYING when it
    // next copies, once for each value. The launcher writes this, then reads `copying`; vm writes
    // `copying`, then reads this. So at least one of them sees the other's write.
    _Atomic uint32_t stall_watch;
    // 1 while the launcher does not read the owner's output, because its own reader is too slow.
    _Atomic uint32_t output_paused;
    _Alignas(64) char wait_name[64]; // the name that the owner looks up, in a discovery.lookup
    _Alignas(64) struct peer_line peers[CONFIG_NUM_TASKS]; // by the peer's slot
    // vm's page only: how many senders are blocked for the task in that slot. vm publishes the
    // count, then reads the task's wait word and what it has copied out; the task publishes those,
    // then reads the count. So at least one of them sees the other's write.
    _Atomic uint32_t blocked[CONFIG_NUM_TASKS];
};
#define STATE_PAGE_SIZE ALIGN_UP(sizeof(struct state_page), 4096)

// --- The table of channels ----------------------------------------------------------------------
//
// A sealed memfd that the launcher writes and vm maps read-only. It says which pairs of slots have
// tasks that were granted a socket channel. The launcher sets both bits of a pair before it sends
// either grant, so vm finds them before one of the two tasks can name the other. It clears the bits
// of a slot when vm has forgotten the slot's task.

#define TALK_WORDS ((CONFIG_NUM_TASKS + 63) / 64)
struct talk_table {
    _Atomic uint64_t rows[CONFIG_NUM_TASKS][TALK_WORDS];
};
static inline bool talk_is_allowed(const struct talk_table *table, task_t a, task_t b)
{
    unsigned slot = (unsigned)TASK_SLOT(b);
    uint64_t word =
        atomic_load_explicit(&table->rows[TASK_SLOT(a)][slot / 64], memory_order_acquire);
    return word >> slot % 64 & 1;
}

// --- Regions ------------------------------------------------------------------------------------
//
// A channel with the shared-memory transport has two regions besides its socket, one for each
// direction. A region is a sealed memfd that only the sender writes and the receiver maps
// read-only. The counters are in the peer lines.
//
// Packet number n is in slot n % REGION_SLOTS. The packet is there when the top bit of its word is
// region_mark(n). That mark changes each time the slot is used again. So a receiver polls only one
// cache line, which also has the beginning of the packet.
//
// The bytes of payloads follow each other in the ring, in the order of their messages: byte number
// n is at n % ring_size. The packet has the number of the message's first byte in the place of the
// first payload's address. The sender may skip bytes before it. If that number includes
// REGION_STREAMED, the sender produced the payloads while it sent them. Then 8 bytes follow the
// payloads: OK, or the error_t with which the sender failed to produce them.
//
// If no slot is free, the sender cannot send a packet: the channel is full. A peer that follows the
// protocol never has more packets under way than there are slots (see INBOX_MAX_STASH).
#define REGION_SLOTS      16
#define REGION_RING(base) ((uint8_t *)(base) + REGION_SLOTS * sizeof(struct packet))
#define REGION_SIZE(ring) (REGION_SLOTS * sizeof(struct packet) + (size_t)(ring))
#define REGION_MIN_RING   4096u
#define REGION_MAX_RING   (64u << 20)
#define REGION_STREAMED   (1ull << 63)
#define REGION_MARK       (1u << 31)
static inline uint32_t region_mark(uint32_t n)
{
    return n / REGION_SLOTS % 2 == 0 ? REGION_MARK : 0;
}

// --- Control packets (task <-> launcher) --------------------------------------------------------
//
// `type` is the operation. The body is one of the structs below. The launcher answers each request
// marked [answer] by exactly one CTL_ANSWER with the same op, in order. A task has at most one such
// request under way.

#define CONTROL_FD  3 // a task's channel to the launcher; other descriptors come with CTL_BOOT
#define WIRE_LOG_FD 4 // a task's log: it goes where standard error goes, but a write never blocks

enum control_op {
    // launcher -> task
    CTL_BOOT = 1, // struct control_boot; the first packet. Descriptors: enum boot_fd
    CTL_FILE,     // struct control_file: the name of the next file descriptor, one packet each,
                  // with that descriptor; `num_files` of them follow CTL_BOOT
    CTL_GRANT,    // struct control_grant. Descriptors: enum grant_fd
    CTL_ANSWER,   // struct control_answer; descriptors for CTL_MEMFD: read-write, read-only
    CTL_REFUSED,  // struct control_refused: before a grant, as many packets as needed
    CTL_TEXT,     // struct control_text: a piece of the text that answers CTL_KDEBUG
    CTL_CONSOLE,  // no body: the launcher has overwritten the task's line on the terminal. The task
                  // gets NOTIFY_IRQ, but finds nothing to read
    CTL_STOP,     // no body: the suite ends, and SIGTERM follows. The task gets NOTIFY_IRQ, so that
                  // a task that blocks SIGTERM can still end properly

    // task -> launcher
    CTL_DIGESTS, // struct control_digests, as many packets as needed, before CTL_READY
    CTL_READY,   // both filters are in place; main() starts
    CTL_CONNECT, // struct control_task: asks for a channel to `task`. Answered by CTL_GRANT, or by
                 // CTL_ANSWER with an error
    CTL_GRANT_ACK, // struct control_task: the task took the grant; the next may follow
    CTL_KDEBUG,    // struct control_text: a command. Answered by CTL_TEXT pieces
    CTL_DESTROY,   // struct control_task [answer]
    CTL_SCHEDULE,  // struct control_task, `value` is the priority [answer]
    CTL_TRAP,      // struct control_trap: sent by the SIGSYS handler; the task ends

    CTL_ABORT, // no body: the task gave up, by PANIC or abort(). The launcher ends it by SIGABRT
               // (no profile allows a task to send itself a signal)

    // vm -> launcher
    CTL_REAP,   // struct control_task: vm forgot the task; its pid may be reused
    CTL_LAUNCH, // struct control_text: a piece of "name cmdline"; the last has more == 0. Answered
                // by the message launcher.launched with the same token
    CTL_MEMFD,  // struct control_task: `size` bytes for `task`; `value` is 1 for fresh pages, 0 for
                // a segment [answer with two descriptors]
    CTL_CLOSED, // no body: vm has closed its descriptors of a segment
    CTL_COPYING, // no body: a copy begins and the launcher does not check for stalls; see
                 // stall_watch
};

// The descriptors of CTL_BOOT, in this order. The role's filter (a BPF program) follows them,
// unless num_filter is 0.
enum boot_fd {
    BOOT_FD_PAGE,      // the task's own, read-write
    BOOT_FD_VM_SOCKET, // its channel to vm
    BOOT_FD_VM_PAGE,   // read-only
    BOOT_FD_LANDING,
    BOOT_NUM_FDS,
    // vm gets this one instead of the last three:
    BOOT_FD_TALK_TABLE = 1, // read-only
    BOOT_NUM_FDS_OF_VM,
};

// The descriptors of CTL_GRANT, in this order.
enum grant_fd {
    GRANT_FD_SOCKET,
    GRANT_FD_PAGE, // the peer's, read-only
    GRANT_NUM_FDS,
    // also for a channel with shared memory:
    GRANT_FD_OWN_REGION = GRANT_NUM_FDS, // read-write
    GRANT_FD_PEERS_REGION,               // read-only
    GRANT_NUM_FDS_OF_SHM,
    // also in a grant to vm:
    GRANT_FD_LANDING = GRANT_NUM_FDS, // the peer's receive memory
    GRANT_NUM_FDS_TO_VM,
};

enum boot_flags {
    BOOT_CONSOLE = 1 << 0, // descriptors 0 and 1 are the user's terminal (or script)
    BOOT_MAIN = 1 << 1,    // descriptor 1 is the command's own standard output
    BOOT_NO_FDS = 1 << 2,  // the kernel refuses descriptors in a channel between tasks
};

struct control_boot {
    uint32_t wire; // WIRE_VERSION; first in all versions
    int32_t task;
    int32_t vm_pid;             // the task passes it to PR_SET_PTRACER
    uint32_t flags;             // enum boot_flags
    uint32_t rights;            // enum task_rights
    uint32_t vm_chan;           // channel number of the vm channel
    uint32_t num_files;         // CTL_FILE packets that follow
    uint32_t num_filter;        // instructions in the role filter; 0: none
    uint32_t lookup_timeout_ms; // 0: no limit
    int32_t core;     // vm only: the core for its main thread (not for the copier); -1: any
    uint64_t ool_len; // largest payload that this task receives, in bytes
    char name[64];    // NUL-terminated
};
struct control_file {
    char name[64];
};
struct control_grant {
    int32_t task;
    uint32_t chan;
    uint64_t ool_len;     // largest payload that the peer receives, in bytes
    uint32_t ring_size;   // of both regions, in bytes, a power of two; 0: a socket channel
    uint32_t num_refused; // methods that differ at the peer; CTL_REFUSED has named them
};
#define CONTROL_MAX_REFUSED 120
struct control_refused {
    int32_t task;
    uint32_t count;
    uint16_t numbers[CONTROL_MAX_REFUSED]; // request numbers, ascending over all packets
};
struct control_answer {
    int32_t op;   // enum control_op
    int32_t task; // CTL_CONNECT: the task asked for
    int32_t error;
};
struct control_text {
    uint32_t token;
    int32_t error;
    uint16_t more; // 1: another piece follows
    uint16_t len;  // bytes in text
    char text[232];
};
#define CONTROL_MAX_DIGESTS 40
struct control_digests {
    uint32_t count;
    uint16_t numbers[CONTROL_MAX_DIGESTS]; // request numbers, ascending over all packets
    uint32_t digests[CONTROL_MAX_DIGESTS]; // idl_message.digest
};
struct control_task {
    int32_t task;
    int32_t value;
    uint64_t size;
};
struct control_trap {
    int32_t nr;    // system call number
    uint32_t arch; // AUDIT_ARCH_*
    uint64_t ip;
};

// One packet as the launcher reads and writes it. (libipc uses struct message, which is the same
// 256 bytes.)
struct packet {
    int32_t type;
    uint32_t word; // wire_word()
    union {
        uint8_t raw[248];
        struct control_boot boot;
        struct control_file file;
        struct control_grant grant;
        struct control_refused refused;
        struct control_answer answer;
        struct control_text text;
        struct control_digests digests;
        struct control_task task;
        struct control_trap trap;
    };
};
STATIC_ASSERT(sizeof(struct packet) == 256);

#define PACKET_MAX_FDS 5

#endif
