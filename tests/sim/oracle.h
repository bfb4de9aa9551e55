// The oracle: records every message, and compares the tasks' results with its records.
#ifndef TESTS_SIM_ORACLE_H
#define TESTS_SIM_ORACLE_H

#include "sim.h"

// A payload's descriptor in a message.
struct payload {
    void *ptr;
    size_t len;
};

enum kind { KIND_SEND, KIND_CALL, KIND_NOBLOCK, KIND_REPLY, KIND_ASYNC };

struct record {
    uint32_t id;
    enum kind kind;
    task_t src, dst;
    int type;          // negative: an error reply
    uint32_t reply_to; // the call that it answers, or whose answer it replaces; 0: none
    unsigned num;      // payloads
    size_t lens[MSG_MAX_PAYLOADS];
    bool too_large;
    bool streamed; // the first payload is made while it is sent
    bool fails;    // making the first payload fails in the middle
    bool was_dead; // the receiver was dead when the send began
    bool done;     // the call of libipc has returned
    error_t result;
    bool unsure; // the result does not say whether it was delivered
    unsigned delivered;
    uint32_t answer; // of a call: the record that answers it
};

struct record *record_of(uint32_t id);
uint32_t records_end(void); // all ids are lower

/// A message with random payloads, in memory of the task; message_forget() frees it.
struct record *message_make(struct proc *p, struct message *m, enum kind kind, task_t dst,
                            uint32_t reply_to);
void message_forget(struct proc *p, struct record *r, struct message *m);
/// Does the same for a message that was not sent.
void message_unsent(struct proc *p, struct record *r, struct message *m);

/// Checks that the message that a program received was sent to it, is whole, and arrives for the
/// first time. Frees its payloads.
struct record *message_received(struct proc *p, struct message *m);

/// Checks that the send or call of `r` may return `err`.
void message_sent(struct proc *p, struct record *r, error_t err);
void call_returned(struct proc *p, struct record *r, error_t err, struct message *m);

// --- Notifications ------------------------------------------------------------------------------

void notify_begins(task_t dst, notifications_t bits);
void notify_returned(struct proc *p, task_t dst, notifications_t bits, uint64_t began, error_t err);
void notified(struct proc *p, notifications_t bits);

/// Whether a notification that was sent before has not been seen.
bool notification_is_due(const struct proc *p);

// --- Turns --------------------------------------------------------------------------------------

/// An open receive begins; it has returned a message of `src` (KERNEL_TASK: notifications).
void turns_begin(const struct proc *p);
void turns_served(const struct proc *p, task_t src);
/// A task starts in that slot.
void turns_forget(int slot);

// --- Asynchronous messages ----------------------------------------------------------------------

bool async_has_room(const struct proc *src, task_t dst);
void async_queued(const struct proc *src, struct record *r);
void async_refused(const struct proc *src, task_t dst);
/// The first asynchronous message that `src` has for `dst`; 0: none.
uint32_t async_first(task_t src, task_t dst);
void async_pulled(struct proc *p, task_t src, bool was_dead, uint32_t first, error_t err,
                  struct message *m);

// --- Names --------------------------------------------------------------------------------------

#define NUM_NAMES 3
task_t name_server(unsigned name);
void name_served(struct proc *p, unsigned name, error_t err);
void name_found(struct proc *p, unsigned name, task_t found);

/// Checks at the end that no message was lost.
void messages_check(void);
void notifications_check(const struct proc *p);
bool asyncs_left(const struct proc *p);

#endif
