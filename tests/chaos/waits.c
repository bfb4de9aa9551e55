// Measures how long it takes until the tasks that wait for a killed task learn of its end.
//
// A wait is over when the board says so. It must be over 100 ms after the kill. On a busy machine
// the processes that take part may have to wait for a processor: the victim, which must die; the
// launcher and vm, which tell a blocked sender; the waiting task. The time in which they were ready
// and did not run extends the limit, up to a second.

#include <stdio.h>
#include <stdlib.h>
#include "chaos.h"

#define LIMIT_NS (100 * NS_PER_MS)
#define MOST_NS  (1000 * NS_PER_MS) // however busy the machine is
#define HUNG_NS  (5000 * NS_PER_MS)

#define MAX_WAITS 128
static struct wait {
    int place;
    pid_t pid;
    int peer;
    uint64_t number;    // `wait` on the board, odd
    uint64_t killed_ns; // when the peer was killed
    uint64_t delay_ns;  // run delay of its process, launcher and vm, at the kill
    pid_t peer_pid;
    uint64_t peer_delay_ns; // run delay of the peer, at the kill
    uint64_t peer_last_ns;  // run delay of the peer, when last seen
    uint64_t peer_there_ns; // when the killed peer was last seen and was not a zombie yet
} waits[MAX_WAITS];
static int num_waits;

static uint64_t *latencies;
static size_t num_latencies;

static uint64_t delay_of_chain(const struct host *host, pid_t pid)
{
    return host_run_delay_ns(pid) + host_run_delay_ns(host->launcher) + host_run_delay_ns(host->vm);
}

int waits_note(struct chaos *chaos, const struct child *children, int num, int task, pid_t pid)
{
    int found = 0;
    for (int i = 0; i < num && task > 0; i++) {
        int place = children[i].place;
        if (place < 0 || place >= BOARD_ROLES || num_waits == MAX_WAITS)
            continue;
        struct board_role *role = &chaos->host.board->roles[place];
        uint64_t number = atomic_load(&role->wait);
        if (!(number & 1) || atomic_load(&role->waits_for) != task)
            continue;
        waits[num_waits++] =
            (struct wait){.place = place,
                          .pid = children[i].pid,
                          .peer = task,
                          .number = number,
                          .killed_ns = board_now_ns(),
                          .delay_ns = delay_of_chain(&chaos->host, children[i].pid)};
        struct wait *wait = &waits[num_waits - 1];
        wait->peer_pid = pid;
        wait->peer_delay_ns = wait->peer_last_ns = host_run_delay_ns(pid);
        wait->peer_there_ns = wait->killed_ns;
        found++;
    }
    return found;
}

static void drop(int i)
{
    waits[i] = waits[--num_waits];
}

void waits_forget(int place)
{
    for (int i = num_waits - 1; i >= 0; i--) {
        if (waits[i].place == place)
            drop(i);
    }
}

// When the wait ended because the peer ended; 0: the wait was answered before.
static uint64_t find_end(const struct board_role *role, uint64_t number)
{
    for (int i = 0; i < BOARD_ENDS; i++) {
        if (atomic_load(&role->ends[i].wait) == number)
            return atomic_load(&role->ends[i].at_ns);
    }
    return 0;
}

static void finish(struct chaos *chaos, const struct wait *wait)
{
    uint64_t end_ns = find_end(&chaos->host.board->roles[wait->place], wait->number);
    uint64_t took_ns = end_ns > wait->peer_there_ns ? end_ns - wait->peer_there_ns : 0;
    uint64_t delay_ns = delay_of_chain(&chaos->host, wait->pid) - wait->delay_ns +
                        wait->peer_last_ns - wait->peer_delay_ns;
    latencies = reallocarray(latencies, num_latencies + 1, sizeof(*latencies));
    if (!latencies)
        abort();
    latencies[num_latencies++] = took_ns;
    if (took_ns > MOST_NS || (took_ns > LIMIT_NS && took_ns - LIMIT_NS > delay_ns))
        violation(chaos, "role %d was answered %.1f ms after the end of its peer (%.1f in a queue)",
                  wait->place, (double)took_ns / 1e6, (double)delay_ns / 1e6);
}

void waits_look(struct chaos *chaos)
{
    for (int i = num_waits - 1; i >= 0; i--) {
        uint64_t delay_ns = host_run_delay_ns(waits[i].peer_pid); // 0 when it is gone
        if (delay_ns > waits[i].peer_last_ns)
            waits[i].peer_last_ns = delay_ns;
        // The end of the peer takes time in the kernel if others have mapped the same files.
        uint64_t now_ns = board_now_ns();
        char state = host_state(waits[i].peer_pid);
        if (state && state != 'Z')
            waits[i].peer_there_ns = now_ns;
        struct wait wait = waits[i];
        if (atomic_load(&chaos->host.board->roles[wait.place].wait) != wait.number) {
            finish(chaos, &wait);
            drop(i);
        } else if (board_now_ns() - wait.killed_ns > HUNG_NS) {
            violation(chaos, "role %d still waits for a task that was killed", wait.place);
            drop(i);
        }
    }
}

bool waits_are_open(int task)
{
    for (int i = 0; i < num_waits; i++) {
        if (waits[i].peer == task)
            return true;
    }
    return false;
}

static int compare(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

void waits_print(void)
{
    size_t num = num_latencies, late = 0;
    if (!num)
        return;
    qsort(latencies, num, sizeof(*latencies), compare);
    for (size_t i = 0; i < num; i++)
        late += latencies[i] > LIMIT_NS;
    printf("blocked peers: %zu; answered after the end in %.2f ms (median), %.2f (p99), %.2f "
           "(longest); %zu after more than 100 ms\n",
           num, (double)latencies[num / 2] / 1e6, (double)latencies[num * 99 / 100] / 1e6,
           (double)latencies[num - 1] / 1e6, late);
}
