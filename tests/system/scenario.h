// Scenarios: up to five tasks play parts. A scenario shows what one rule of docs/semantics.md
// means.
//
// The program is run by each task of scenario.ini with the name of a scenario and of a part. When
// main's part is over, it waits until all parts have returned, except those for which the scenario
// says that main does not wait. A check that fails ends the task, and fails the test.
#ifndef SCENARIO_H
#define SCENARIO_H

#include <oolong/internal.h>
#include <oolong/message.h>
#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/malloc.h>
#include <resea/printf.h>
#include <resea/syscall.h>
#include <resea/task.h>
#include <resea/timer.h>

struct scenario {
    const char *name;
    void (*lead)(void); // main's part
    void (*a)(void);
    void (*b)(void);
    void (*c)(void);
    void (*d)(void);
    const char *ends; // parts that main does not wait for: they die, or run until the suite ends
};

// CMakeLists.txt reads the names from the tables, so each scenario starts a line. Most scenarios
// run with each transport. SOCKET_SCENARIO and SHM_SCENARIO run with one transport, which they are
// about.
#define SCENARIO(name_, ...)                                                                       \
    {                                                                                              \
        .name = #name_, __VA_ARGS__                                                                \
    }
#define SOCKET_SCENARIO SCENARIO
#define SHM_SCENARIO    SCENARIO
#define SCENARIOS_END                                                                              \
    {                                                                                              \
        .name = NULL                                                                               \
    }

extern const struct scenario send_scenarios[];
extern const struct scenario noblock_scenarios[];
extern const struct scenario receive_scenarios[];
extern const struct scenario fairness_scenarios[];
extern const struct scenario call_scenarios[];
extern const struct scenario notify_scenarios[];
extern const struct scenario async_scenarios[];
extern const struct scenario payload_scenarios[];
extern const struct scenario memory_scenarios[];
extern const struct scenario landing_scenarios[];
extern const struct scenario death_scenarios[];
extern const struct scenario watch_scenarios[];
extern const struct scenario discovery_scenarios[];
extern const struct scenario shm_scenarios[];
extern const struct scenario stream_scenarios[];
extern const struct scenario deadlock_scenarios[];
extern const struct scenario hostile_scenarios[];
extern const struct scenario crowd_scenarios[];
extern const struct scenario still_scenarios[];
extern const struct scenario fence_scenarios[];
extern const struct scenario region_scenarios[];

/// See say.c. Does not return.
void __noreturn say(void);

// --- Checks -------------------------------------------------------------------------------------

void __noreturn check_failed(const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#define CHECK(expr)                                                                                \
    do {                                                                                           \
        if (!(expr))                                                                               \
            check_failed(__FILE__, __LINE__, "%s", #expr);                                         \
    } while (0)

#define CHECK_EQ(actual, expected)                                                                 \
    do {                                                                                           \
        long long actual_ = (actual);                                                              \
        long long expected_ = (expected);                                                          \
        if (actual_ != expected_)                                                                  \
            check_failed(__FILE__, __LINE__, "%s is %lld, not %lld", #actual, actual_, expected_); \
    } while (0)

#define CHECK_ERR(actual, expected)                                                                \
    do {                                                                                           \
        error_t actual_ = (actual);                                                                \
        error_t expected_ = (expected);                                                            \
        if (actual_ != expected_)                                                                  \
            check_failed(__FILE__, __LINE__, "%s is %s, not %s", #actual, err2str(actual_),        \
                         err2str(expected_));                                                      \
    } while (0)
#define CHECK_OK(actual) CHECK_ERR(actual, OK)

// Waits for a condition that no message announces. Fails after ten seconds.
#define WAIT_UNTIL(expr)                                                                           \
    do {                                                                                           \
        for (uint64_t end_ = now_ms() + 10000; !(expr); let_others_run()) {                        \
            if (now_ms() > end_)                                                                   \
                check_failed(__FILE__, __LINE__, "%s does not come true", #expr);                  \
        }                                                                                          \
    } while (0)

uint64_t now_ms(void);
void let_others_run(void);

// Message fields are not const: senders do not change what they point to.
#define STR(text) ((char *)(uintptr_t)(text))

// --- The other tasks -----------------------------------------------------------------------------

/// The task that plays `part` ("main", "a" to "d"), with a channel to it.
task_t meet(const char *part);

/// Tells a task that waits in await_step() for the caller to go on.
void step(task_t task);
void step_value(task_t task, int value);
/// Waits for the step of `task`, and for nothing else. Returns its value.
int await_step(task_t task);

/// Whether `task` waits now for `whom` (0 in an open receive) in a wait of `kind`, as its page
/// says.
bool waits(task_t task, enum wait_kind kind, task_t whom);
/// How many messages a task has put into channels.
uint64_t num_sent(task_t task);
/// Lets `task`, which waits for our step, send its next message. Returns when that message is in
/// our channel.
void step_until_sent(task_t task);

/// Kills `task` and waits until its channel has ended.
void kill_and_wait(task_t task);
/// Waits until `task` ended.
void await_end(task_t task);

// --- Messages -----------------------------------------------------------------------------------

/// Receives from any task, and checks type and sender.
void expect(task_t src, int type, struct message *m);
/// Checks that an open receive finds nothing now.
void expect_nothing(void);
/// Receives notifications, and checks them.
void expect_notifications(notifications_t bits);

struct message step_message(int value);
struct message data_message(const void *data, size_t len, int number);

/// Answers ask, echo, make and the like until a quit comes.
void serve_until_quit(void);
/// Answers one such message. Returns false and leaves `m` unchanged if `m` is another message.
bool serve_one(struct message *m);
void quit(task_t server);
/// Asks a server that runs serve_until_quit() and checks the answer.
void check_serves(task_t server);

/// Memory with a pattern, which the caller frees, and a check for it.
uint8_t *pattern(size_t len, unsigned seed);
bool is_pattern(const void *data, size_t len, unsigned seed);

/// Reserves the receive buffer of `dst` for a payload that is never sent, by a raw ool.send.
void hold_receive_buffer(task_t dst);

#endif
