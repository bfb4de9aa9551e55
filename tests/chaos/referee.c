// The referee: measures the healthy pair alone, starts the neighbour (and restarts it when it
// ends), measures again, and says whether the pair kept its share.

#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/malloc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <resea/timer.h>
#include <sys/mman.h>
#include "board.h"

#define ALONE_MS   500
#define BESIDE_MS  1500
#define NUM_LOOKS  10 // at vm's service for others, during the measurement
#define PAIR       1
#define CLIENT     2
#define NEIGHBOUR  3
#define FAIR_SHARE 2  // a fair share is one of two halves
#define SLACK      10 // machines are noisy
#define MAX_P99_NS 100000000u
// The limit if vm must first wait for a deadline, which leaves the pair only a floor.
#define MAX_P99_OF_FLOOR_NS 1000000000u

static struct board *board;
static task_t neighbour; // 0: none
static bool comes_again; // the neighbour is restarted when it ends

struct sample {
    uint64_t at_ns;
    uint64_t messages;
    uint32_t took[BOARD_BUCKETS];
};

static struct sample take_sample(void)
{
    struct board_role *client = &board->roles[CLIENT];
    struct sample sample = {.at_ns = board_now_ns(), .messages = atomic_load(&client->progress)};
    for (int i = 0; i < BOARD_BUCKETS; i++)
        sample.took[i] = atomic_load(&client->took[i]);
    return sample;
}

static double rate(const struct sample *from, const struct sample *to)
{
    return (double)(to->messages - from->messages) * 1e9 / (double)(to->at_ns - from->at_ns);
}

static uint64_t p99_ns(const struct sample *from, const struct sample *to)
{
    uint64_t all = 0, below = 0;
    for (int i = 0; i < BOARD_BUCKETS; i++)
        all += to->took[i] - from->took[i];
    for (unsigned i = 0; i < BOARD_BUCKETS; i++) {
        below += to->took[i] - from->took[i];
        if (below * 100 >= all * 99)
            return board_bucket_ns(i);
    }
    return UINT64_MAX;
}

static error_t watch(task_t task)
{
    struct message m = {.type = TASK_WATCH_MSG};
    m.task_watch.task = task;
    return ipc_call(VM_TASK, &m);
}

static void let_in(void)
{
    static char name[] = "bad";
    struct message m = {.type = TASK_LAUNCH_MSG};
    m.task_launch.name_and_cmdline = name;
    m.task_launch.name_and_cmdline_len = sizeof(name);
    ASSERT_OK(ipc_call(VM_TASK, &m));
    neighbour = m.task_launch_reply.task;
    // vm learns of a task under a debugger when that task sends its first packet.
    error_t err;
    while ((err = watch(neighbour)) == ERR_INVALID_TASK) {
        ASSERT_OK(timer_set(5));
        if (ipc_recv(IPC_ANY, &m) != OK)
            continue;
    }
    ASSERT_OK(err);
}

// Waits until `end_ns`. Restarts a neighbour that has ended.
static void wait_until(uint64_t end_ns)
{
    for (uint64_t now_ns; (now_ns = board_now_ns()) < end_ns;) {
        struct message m;
        ASSERT_OK(timer_set((msec_t)((end_ns - now_ns) / 1000000 + 1)));
        if (ipc_recv(IPC_ANY, &m) != OK || m.type != NOTIFICATIONS_MSG)
            continue;
        while (async_recv(VM_TASK, &m) == OK) {
            if (m.type != TASK_EXITED_MSG || m.task_exited.task != neighbour)
                continue;
            neighbour = 0;
            if (comes_again)
                let_in();
        }
    }
}

static bool await_progress(int place, uint64_t goal)
{
    uint64_t end_ns = board_now_ns() + 10000000000u;
    while (atomic_load(&board->roles[place].progress) < goal && board_now_ns() < end_ns)
        wait_until(board_now_ns() + 5000000);
    return atomic_load(&board->roles[place].progress) >= goal;
}

// Whether vm still serves others, whatever the neighbour took: it makes shared memory and sends its
// descriptor.
static bool is_served(void)
{
    struct message m = {.type = SHM_CREATE_MSG};
    m.shm_create.size = 4096;
    if (ipc_call(VM_TASK, &m) != OK)
        return false;
    int id = m.shm_create_reply.shm_id;
    m = (struct message){.type = SHM_MAP_MSG};
    m.shm_map.shm_id = id;
    bool mapped = ipc_call(VM_TASK, &m) == OK;
    if (mapped)
        munmap((void *)m.shm_map_reply.vaddr, m.shm_map_reply.len);
    m = (struct message){.type = SHM_CLOSE_MSG};
    m.shm_close.shm_id = id;
    return ipc_call(VM_TASK, &m) == OK && mapped;
}

static int failures;

static void check(bool holds, const char *what)
{
    if (!holds) {
        printf("CHECK FAILED: %s\n", what);
        failures++;
    }
}

static void judge(const struct sample *start, const struct sample *middle, const struct sample *let,
                  const struct sample *end)
{
    double alone = rate(start, middle), beside = rate(let, end);
    uint64_t p99 = p99_ns(let, end);
    printf("%s: pair alone %.0f/s, p99 %.2f ms; beside it %.0f/s, p99 %.2f ms; slowest %.0f ms; "
           "%llu acts in %u lives\n",
           task_argv()[1], alone, (double)p99_ns(start, middle) / 1e6, beside, (double)p99 / 1e6,
           (double)atomic_load(&board->roles[CLIENT].slowest_ns) / 1e6,
           (unsigned long long)atomic_load(&board->roles[NEIGHBOUR].progress),
           atomic_load(&board->roles[NEIGHBOUR].lives));
    int floor = atoi(task_argv()[3]);
    if (floor > 0) {
        check(beside >= floor, "the pair does not go on");
        check(p99 <= MAX_P99_OF_FLOOR_NS, "the pair waits too long");
    } else {
        check(beside * FAIR_SHARE * SLACK >= alone, "the pair has less than a tenth of its share");
        // On a busy machine the pair also waits for other programs, even when it is alone.
        check(p99 <= MAX_P99_NS || p99 <= SLACK * p99_ns(start, middle), "the pair waits too long");
    }
    for (int place = PAIR; place <= CLIENT; place++) {
        struct board_role *role = &board->roles[place];
        check(!atomic_load(&role->corrupt), "payloads of the pair are corrupt");
        check(!atomic_load(&role->lost), "messages of the pair are lost");
    }
    check(!atomic_load(&board->roles[CLIENT].odd), "the pair's client gets errors");
}

void main(void)
{
    board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED, task_file("board"), 0);
    ASSERT(board != MAP_FAILED && task_argc() == 4);
    // This measures the cost of one stall, not of many in a row.
    comes_again = strncmp(task_argv()[1], "stall_", 6) != 0;
    check(await_progress(CLIENT, 50), "the pair does not start");
    struct sample start = take_sample();
    wait_until(start.at_ns + ALONE_MS * 1000000ull);
    struct sample middle = take_sample();
    let_in();
    check(await_progress(NEIGHBOUR, 1), "the neighbour does nothing");
    struct sample let = take_sample();
    for (int i = 1; i <= NUM_LOOKS; i++) {
        wait_until(let.at_ns + i * (BESIDE_MS * 1000000ull / NUM_LOOKS));
        check(is_served(), "vm shares no memory with others");
    }
    struct sample end = take_sample();
    judge(&start, &middle, &let, &end);
    exit(failures ? EXIT_FAILURE : EXIT_SUCCESS);
}
