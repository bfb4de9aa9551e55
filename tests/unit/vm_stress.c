// Random operations of random tasks, honest and hostile. Each is followed by a check of all
// invariants. If an honest verify succeeds, the payload is compared with the placed one.
#include "vm_sim.h"

#define ROUNDS 40
#define OPS    1500
#define BIG    (2 * (size_t)VM_BOUNCE_LEN)

static struct sim *sim;
static uint64_t seed;

static unsigned pick(unsigned n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

// The payload that each task has asked vm to place, and the result.
static struct letter {
    task_t src, dst;
    uint64_t id; // 0: not placed
    size_t len;
    unsigned seed;
    bool placing;
} letters[SIM_TASKS];

static task_t pick_task(void)
{
    return sim->tasks[pick(SIM_TASKS)].id;
}

static struct letter *letter_of(task_t task)
{
    return &letters[TASK_SLOT(task) - 2];
}

static void collect(void)
{
    for (unsigned i = 0; i < SIM_TASKS; i++) {
        struct sim_task *task = &sim->tasks[i];
        if (!task->id || !task->replies)
            continue;
        task->replies = 0;
        struct letter *letter = letter_of(task->id);
        if (letter->placing && task->reply.type == OOL_SEND_REPLY_MSG)
            letter->id = task->reply.ool_send_reply.id;
        letter->placing = false;
    }
}

static bool is_waiting(task_t task)
{
    return sim->vm->tasks[TASK_SLOT(task)].wait != VM_NOT_WAITING;
}

static void op_start(void)
{
    for (unsigned i = 0; i < SIM_TASKS; i++) {
        if (sim->tasks[i].id)
            continue;
        task_t task = sim_start(sim, pick(2) ? BIG : 5000, pick(8));
        memset(letter_of(task), 0, sizeof(struct letter));
        if (pick(4)) {
            size_t len = pick(2) ? 5000 : 1 + pick(5000);
            sim_register(sim, task, pick(5) ? OOL_REGION_STANDING : OOL_REGION_SINGLE,
                         sim_addr(task, PAGE_SIZE), len);
        }
        return;
    }
}

static void op_send(task_t src)
{
    task_t dst = pick_task();
    if (!dst || is_waiting(src))
        return;
    struct letter *letter = letter_of(src);
    letter->src = src;
    letter->dst = dst;
    letter->id = 0;
    letter->len = pick(3) ? pick(5000) : pick(BIG + 100);
    letter->seed = pick(1000);
    letter->placing = true;
    vaddr_t from = sim_addr(src, SIM_SOURCE + pick(100));
    sim_fill(sim, src, from, letter->len, letter->seed);
    if (pick(20) == 0)
        sim_protect(sim, src, from, 1, SIM_NONE);
    struct message m = {.type = OOL_SEND_MSG};
    m.ool_send.dst = dst;
    m.ool_send.addr = from;
    m.ool_send.len = letter->len;
    m.ool_send.flags = pick(3) == 0;
    vm_step(sim->vm, src, &m);
    collect();
}

static void op_verify(task_t dst)
{
    struct letter *letter = &letters[pick(SIM_TASKS)];
    if (letter->dst != dst || !letter->id || is_waiting(dst))
        return;
    if (pick(2) && sim_take(sim, dst, letter->src, letter->id, letter->len, letter->seed)) {
        letter->id = 0;
        return;
    }
    vaddr_t at = 0;
    int err = sim_verify(sim, dst, letter->src, letter->id, letter->len, &at);
    ck_assert(err == OK || err == ERR_TRY_AGAIN || err == ERR_NOT_FOUND);
    if (err == OK) {
        ck_assert(sim_has(sim, dst, at, letter->len, letter->seed));
        sim_copied_out(sim, dst, at);
    } else if (err == ERR_NOT_FOUND)
        ck_assert(!sim_find(sim, letter->src)); // vm knows every id of an honest live sender
    letter->id = 0;
}

static void op_raw(task_t task)
{
    static const int types[] = {OOL_SEND_MSG,
                                OOL_RECV_MSG,
                                OOL_VERIFY_MSG,
                                BENCHMARK_NOP_MSG,
                                BENCHMARK_NOP_WITH_OOL_MSG,
                                ASYNC_MSG,
                                DISCOVERY_SERVE_MSG,
                                DISCOVERY_LOOKUP_MSG,
                                TASK_FREE_MSG,
                                TASK_LAUNCH_MSG,
                                TASK_WATCH_MSG,
                                TASK_UNWATCH_MSG,
                                VM_ALLOC_PAGES_MSG,
                                SHM_CREATE_MSG,
                                SHM_MAP_MSG,
                                SHM_CLOSE_MSG,
                                EXCEPTION_MSG,
                                LAUNCHER_STARTED_MSG,
                                INVALID_MSG,
                                -3};
    struct message m;
    for (size_t i = 0; i < sizeof(m.raw); i++)
        m.raw[i] = (uint8_t)(pick(3) ? 0 : pick(256));
    m.src = (task_t)pick(100);
    m.type = types[pick(sizeof(types) / sizeof(types[0]))];
    if (pick(3) == 0)
        m.type = (int)pick(UINT32_MAX);
    if (m.type == OOL_RECV_MSG && pick(4))
        m.ool_recv.region = OOL_REGION_ANNOUNCE;
    vm_step(sim->vm, task, &m);
    // The task may have changed its registration, so its letters are no longer honest.
    if (m.type == OOL_VERIFY_MSG || m.type == OOL_RECV_MSG || m.type == OOL_SEND_MSG)
        letter_of(task)->id = 0;
    collect();
}

static void op_kernel(void)
{
    struct message m = {.type = LAUNCHER_LAUNCHED_MSG};
    m.launcher_launched.token = sim->launch_token;
    m.launcher_launched.task = (task_t)pick(20) - 10;
    vm_step(sim->vm, KERNEL_TASK, &m);
    m.type = LAUNCHER_MAY_SERVE_MSG;
    memset(&m.launcher_may_serve, 0, sizeof(m.launcher_may_serve));
    m.launcher_may_serve.task = pick_task();
    m.launcher_may_serve.name[0] = pick(2) ? '*' : (char)('a' + pick(3));
    vm_step(sim->vm, KERNEL_TASK, &m);
}

static void op(void)
{
    task_t task = pick_task();
    unsigned what = pick(100);
    if (!task || what < 4)
        op_start();
    else if (what < 6)
        sim_kill(sim, task);
    else if (what < 40)
        op_send(task);
    else if (what < 60)
        op_verify(task);
    else if (what < 72)
        sim_wait(sim, task, (enum wait_kind)pick(6), pick_task());
    else if (what < 84)
        vm_copy_step(sim->vm);
    else if (what < 88)
        sim_advance(sim, pick(150) * 1000000ull);
    else if (what < 90)
        op_kernel();
    else if (what < 92)
        sim_protect(sim, task, sim_addr(task, pick(SIM_MEM)), PAGE_SIZE, pick(4));
    else if (what < 95)
        memset(sim_find(sim, task)->access, SIM_READ | SIM_WRITE, SIM_PAGES);
    else
        op_raw(task);
    collect();
    vm_check(sim->vm);
}

START_TEST(random_operations_keep_every_invariant)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        sim = sim_new();
        seed = round + 1;
        memset(letters, 0, sizeof(letters));
        for (unsigned i = 0; i < OPS; i++)
            op();
        sim_copy(sim);
        sim_kill_all(sim);
        struct vm_stats stats = vm_stats(sim->vm);
        ck_assert_uint_eq(stats.requests, stats.answers + stats.dropped);
        ck_assert_int_eq(sim->open_fds, 0);
        ck_assert(!vm_copy_pending(sim->vm));
        sim_free(sim);
    }
}
END_TEST

SIM_MAIN("vm_stress", random_operations_keep_every_invariant)
