// A reference model of vm: the answers that vm may give, and the state that must follow.
//
// Small and naive (arrays and loops), and written from the documents alone: the specification of
// out-of-line payloads, the interface (vm.idl), the contract of the core (vm.h). It shares no code
// and no design with the core. Where the documents fix an answer the model expects that one. Where
// they leave room it accepts a set and continues from the answer that it saw.
//
// The harness (world.c) tells the model of each call to the core before the call (model_message()
// and so on), and of each call that the core makes meanwhile (model_on_*()). At the end of the call
// it asks whether anything is missing (model_end()). A disagreement is printed and ends the
// process.
#ifndef TESTS_FUZZ_MODEL_H
#define TESTS_FUZZ_MODEL_H

#include <oolong/message.h>
#include <oolong/wire.h>

#define MODEL_TASKS       8 // slots 2 to 9
#define MODEL_NAMES       16
#define MODEL_SEGMENTS    16 // for each task
#define MODEL_IDS         512
#define MODEL_ENDS        512
#define MODEL_TEXT        4096         // bytes of a text of task.launch
#define MODEL_BENCH_BYTES (128u << 10) // read by benchmark.nop_with_ool
#define MODEL_MIN_WATCHES 16           // watches and ends of a task for which vm must have room
#define MODEL_ROUNDS      8            // of open receives; a task has then seen every message
#define MODEL_REVOKED     8            // revoked ids of a sender that vm must remember
#define MODEL_PAYLOAD     (512u << 10) // largest payload of a task, as the harness starts them

/// A set of answers: bit -ERR_x for an error, bit 0 for OK, bit 63 for none.
typedef uint64_t answers_t;
#define ANSWER(error) ((answers_t)1 << -(error))
#define ANSWER_NONE   ((answers_t)1 << 63)
#define ANSWER_ERRORS (((answers_t)2 << -ERR_LAST) - 2)

enum model_wait {
    MODEL_IDLE,
    MODEL_NOW,     // answered within this call of the core
    MODEL_BLOCKED, // ool.send without a buffer
    MODEL_COPY,    // ool.send with a buffer
    MODEL_LOOKUP,
    MODEL_LAUNCH,
};

enum model_use {
    MODEL_UNARMED, // cannot take a payload
    MODEL_ARMED,
    MODEL_COPYING,
    MODEL_RESERVED, // holds a payload that was not verified
    MODEL_HELD,     // verified: the task may still be reading it (its page says when not)
};

struct model_buffer {
    enum model_use use;
    vaddr_t addr;
    task_t src;          // MODEL_COPYING, MODEL_RESERVED
    bool orphan;         // MODEL_RESERVED: its sender ended; any sender may take the buffer
    uint64_t tag;        // closed buffer: the wait word when it was taken
    uint64_t id;         // MODEL_RESERVED, MODEL_HELD
    uint64_t receipt;    // id of the valid receipt in the task's memory; 0: none
    vaddr_t withdraw_at; // the receipt to withdraw before the next write; 0: none
    bool unreachable;    // the receipt could not be withdrawn
    uint64_t since;      // MODEL_RESERVED: the time of the reservation,
    uint32_t rounds;     // and the rounds on the owner's page at that time
    size_t len[MSG_MAX_PAYLOADS];
    unsigned count;
    uint8_t *bytes; // the payloads read from the sender; MODEL_PAYLOAD bytes
};

/// A task's request, of which it has one at a time.
struct model_request {
    enum model_wait wait;
    answers_t expect; // MODEL_NOW
    struct message m;
    int64_t order;        // when it came
    uint64_t deadline_ns; // MODEL_LOOKUP; 0: none
    uint32_t token;       // MODEL_LAUNCH
    bool cancelled;       // its copy was stopped: it starts again, or fails
    bool begun;           // the copy has written something
    bool read_short, write_short;
    bool has_fd;                  // the answer carries a descriptor
    bool promised;                // discovery.serve: a lookup was answered already
    task_t launched;              // task.launch: the new task
    struct model_task *dst;       // ool.send
    struct model_buffer *buffer;  // MODEL_COPY, or the buffer of a payload from vm
    struct model_buffer verified; // ool.verify: the contents of the answer
    unsigned part;                // number of the payload that is copied now
    size_t done;                  // bytes of it written
    size_t piece;                 // bytes of it read and not yet written
    size_t text_read;             // bytes read of a text
    char text[MODEL_TEXT + 2];
};

enum { OPEN, CLOSED, NUM_BUFFERS };
#define MODEL_RECEIPT 64 // bytes before the payloads of a standing buffer

struct model_task {
    task_t id; // 0: no live task in the slot
    uint32_t next_gen;
    uint32_t rights;
    uint32_t strangers; // by slots: tasks without a channel to it. By default all have one
    size_t limit;
    uint64_t word;        // the wait word of its page
    uint64_t word_since;  // the time of its last change
    uint32_t rounds;      // of open receives, as its page says
    uint32_t max_episode; // of the words so far
    bool lies;            // its wait word began a wait in an old episode
    bool looked_at;       // vm looks at the page, because of an event in this call
    bool refused;         // a sender that could not wait was refused the reserved buffer
    answers_t second;     // the answer to a request that came while another was waiting
    int second_type;
    int region; // enum ool_region, or -1: nothing registered
    size_t region_len;
    struct model_buffer buffers[NUM_BUFFERS];
    uint64_t copied_out[NUM_BUFFERS]; // as its page says
    unsigned num_may_serve;
    bool may_serve_any;
    unsigned num_serves;
    bool watches[MODEL_TASKS]; // live tasks
    unsigned num_ends;
    bool owes_notify, notified; // in this call
    struct model_segment {
        int id; // 0: free
        size_t size;
        int fds[2];
    } segments[MODEL_SEGMENTS];
    unsigned num_segments;
    uint64_t bytes_allocated, bytes_created;
    uint32_t published;  // blocked senders, as vm says
    unsigned late_ticks; // ticks, a deadline apart, at which an idle receiver kept others waiting
    uint64_t late_since;
    struct model_request request;
    // The fields after the request's text are not cleared. The counts above say how many entries
    // are valid.
    char may_serve[MODEL_NAMES][64];
    char serves[MODEL_NAMES][64];
    task_t ends[MODEL_ENDS]; // to be pulled
};

/// An id that vm gave.
struct model_id {
    uint64_t id;
    task_t src, dst;
    enum { ID_LIVE, ID_REVOKED, ID_GONE } state;
    unsigned revoked_at; // how many ids of its sender were revoked before
};

struct model {
    struct model_task tasks[MODEL_TASKS];
    unsigned num_ids;
    unsigned num_revoked[MODEL_TASKS]; // ids of each sender
    uint64_t now_ns;
    uint64_t revoke_ns;   // how long an idle receiver may keep others waiting
    int64_t order, front; // of the last request; of the first one in the queue
    task_t actor;         // of this call
    struct {
        size_t size;
        int fds[2];
        bool made;
    } memfd; // made in this call
    unsigned open_fds;
    unsigned segments_made, segments_told; // made; reported to the launcher as ended
    task_t destroying;                     // 0: none
    error_t destroy_error, launch_error;
    bool reaping;
    task_t reaped; // the task to reap
    uint64_t requests, answers, dropped;
    bool ticks; // this call is vm_tick()
    struct model_id ids[MODEL_IDS];
    void (*failed)(const char *text); // NULL, or handles a disagreement and does not return
    void (*trace)(void);              // called before a disagreement ends the process
    uint8_t *bytes;
};

void model_init(struct model *model, uint64_t revoke_ns);
struct model_task *model_task(struct model *model, task_t id);
/// Whether a task with this id lives or lived.
bool model_existed(const struct model *model, task_t id);

/// These announce a call to the core.
void model_message(struct model *model, task_t actor, const struct message *m);
void model_tick(struct model *model);
/// After a tick: vm has revoked the reservation of the receiver's open buffer. No waiting sender
/// shows this, but the harness sees it.
void model_revoked(struct model *model, struct model_task *task);
/// After a call: checks that vm has given every answer that it had to give.
void model_end(struct model *model, bool copy_pending);
/// The page of a task changes: its wait word, or the payload that it has copied out of a buffer.
void model_word(struct model *model, task_t task, uint64_t word);
void model_copied_out(struct model *model, task_t task, unsigned k, uint64_t id);
/// vm publishes a count and reads the page again.
void model_looks(struct model *model, task_t task);
/// vm has read on a task's page that a buffer is free (the harness sees it).
void model_ool_freed(struct model *model, struct model_task *task, struct model_buffer *buffer);
/// Whether a buffer is full and its owner's page says that the owner has copied it out.
bool model_ool_copied_out(const struct model_task *task, const struct model_buffer *buffer);
/// Whether two tasks have a channel from now on.
void model_join(struct model *model, task_t a, task_t b, bool joined);
void model_time(struct model *model, uint64_t now_ns);

/// The answers that vm may give to the request of a task now.
answers_t model_expected(struct model *model, struct model_task *task);
/// Whether vm may revoke the reservation of the open buffer now.
bool model_may_revoke(struct model *model, struct model_task *dst);

// The calls of the core to its environment.
/// Bytes go into landing memory that vm has mapped too, of the receiver's buffer `k`.
void model_on_put(struct model *model, task_t dst, unsigned k);
void model_on_read(struct model *model, task_t task, vaddr_t addr, const void *data, size_t want,
                   size_t got);
void model_on_write(struct model *model, task_t task, vaddr_t addr, const void *data, size_t want,
                    size_t got);
void model_on_answer(struct model *model, task_t dst, const struct message *m, int fd);
void model_on_notify(struct model *model, task_t dst, notifications_t bits);
void model_on_publish(struct model *model, task_t dst, uint32_t count);
void model_on_launch(struct model *model, uint32_t token, const char *text, size_t len,
                     error_t error);
void model_on_destroy(struct model *model, task_t task, error_t error);
void model_on_reaped(struct model *model, task_t task);
void model_on_memfd(struct model *model, task_t owner, bool is_pages, size_t size, const int fds[2],
                    error_t error);
void model_on_segment_closed(struct model *model);
void model_on_close(struct model *model, int fd);

// --- Between the files of the model --------------------------------------------------------------

void model_fail(struct model *model, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));
#define MODEL_CHECK(model, condition, ...)                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            model_fail(model, __VA_ARGS__);                                                        \
    } while (0)

void model_ool_end_id(struct model *model, uint64_t id, task_t src, task_t dst, int state);
void model_ool_look(struct model *model, struct model_task *task);
void model_ool_recv(struct model *model, struct model_task *task);
void model_ool_send(struct model *model, struct model_task *task);
void model_ool_verify(struct model *model, struct model_task *task);
void model_ool_answer(struct model *model, struct model_task *task, const struct message *m);
void model_ool_read(struct model *model, struct model_task *task, vaddr_t addr, const void *data,
                    size_t want, size_t got);
void model_ool_forget(struct model *model, struct model_task *task, task_t id);
void model_ool_settle(struct model *model);
/// Does the same for one receiver, whose page vm looks at.
void model_ool_settle_at(struct model *model, struct model_task *dst);
void model_ool_end(struct model *model, bool copy_pending);
void model_ool_tick(struct model *model);
/// The buffer for vm's own payload to a task (see benchmark.nop_with_ool).
struct model_buffer *model_ool_from_vm(struct model *model, struct model_task *task);
void model_ool_revoke(struct model *model, struct model_task *task, struct model_buffer *buffer);
/// Checks a receipt that vm writes for the payloads in a buffer.
void model_ool_receipt(struct model *model, struct model_buffer *buffer, const void *data);
bool model_ool_may_unblock(const struct model_request *request);
void model_ool_unblock(struct model *model, struct model_task *task);
bool model_ool_start(struct model *model, struct model_task *task);
vaddr_t model_payload_addr(const struct message *m, unsigned k);
size_t model_payload_offset(const size_t *len, unsigned k);
void model_ool_record_id(struct model *model, uint64_t id, task_t src, task_t dst);

answers_t model_name_expect(struct model *model, struct model_task *task);
void model_name_block(struct model *model, struct model_task *task);
answers_t model_nop_expect(struct model *model, struct model_task *task);
answers_t model_launch_expect(const struct model_task *task);
void model_name_answer(struct model *model, struct model_task *task, const struct message *m);
/// The number of names that a task uses: those that the suite lists for it, and those that it
/// serves.
unsigned model_names_used(const struct model_task *task);
bool model_name_has_place(const struct model_task *task, const char *name);
void model_name_end(struct model *model);

void model_shm_request(struct model *model, struct model_task *task);
void model_shm_answer(struct model *model, struct model_task *task, const struct message *m,
                      int fd);
void model_shm_end(struct model *model);
void model_shm_forget(struct model *model, struct model_task *task);

void model_task_request(struct model *model, struct model_task *task);
void model_task_answer(struct model *model, struct model_task *task, const struct message *m);
void model_task_ended(struct model *model, struct model_task *task, task_t id);

#endif
