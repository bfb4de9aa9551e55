// Each role dies at each step of an exchange (threat 8). Each time, no task may wait for the dead
// one, the other tasks can use the buffers, and nothing is left at the end.
#include "vm_sim.h"

#define BIG (2 * (size_t)VM_BOUNCE_LEN + 1)

static struct sim *sim;

enum role { RECEIVER, HOLDER, BLOCKED, COPIER, LOOKER, NUM_ROLES };
static task_t role[NUM_ROLES];
static uint64_t held;

static bool alive(enum role r)
{
    return sim_find(sim, role[r]) != NULL;
}

// Does what the library does when a task hears of a death: marks the answers as received.
static void drain(void)
{
    for (unsigned i = 0; i < SIM_TASKS; i++)
        sim->tasks[i].replies = 0;
}

static void step_hold(void)
{
    if (alive(HOLDER) && alive(RECEIVER))
        sim_place(sim, role[HOLDER], role[RECEIVER], 100, 1, &held);
}

static void step_block(void)
{
    if (alive(BLOCKED) && alive(RECEIVER))
        sim_place(sim, role[BLOCKED], role[RECEIVER], 100, 2, NULL);
}

static void step_wait_closed(void)
{
    if (alive(RECEIVER))
        sim_wait(sim, role[RECEIVER], WAIT_RECV, role[COPIER]);
}

static void step_copy(void)
{
    if (alive(COPIER) && alive(RECEIVER))
        sim_place(sim, role[COPIER], role[RECEIVER], BIG, 3, NULL);
}

static void step_piece(void)
{
    vm_copy_step(sim->vm);
}

static void step_watch(void)
{
    struct message m = {.type = TASK_WATCH_MSG};
    m.task_watch.task = role[HOLDER];
    if (alive(RECEIVER))
        sim_call(sim, role[RECEIVER], &m);
}

static void step_lookup(void)
{
    struct message m;
    if (alive(LOOKER))
        sim_string_call(sim, role[LOOKER], DISCOVERY_LOOKUP_MSG, "fs", 3, &m);
}

static void step_verify(void)
{
    if (alive(RECEIVER))
        sim_verify(sim, role[RECEIVER], role[HOLDER], held, 100, NULL);
}

static void step_open(void)
{
    if (alive(RECEIVER))
        sim_wait(sim, role[RECEIVER], WAIT_OPEN, 0);
}

static void step_serve(void)
{
    struct message m;
    if (alive(BLOCKED) && sim_find(sim, role[BLOCKED])->reply.type != 0)
        sim_string_call(sim, role[BLOCKED], DISCOVERY_SERVE_MSG, "fs", 3, &m);
}

static void step_time(void)
{
    sim_advance(sim, 1000000000);
}

static void (*const steps[])(void) = {
    step_hold,  step_block, step_wait_closed, step_copy, step_piece, step_watch, step_lookup,
    step_piece, step_piece, step_verify,      step_open, step_serve, step_time,
};
#define NUM_STEPS (sizeof(steps) / sizeof(steps[0]))

static void start_all(void)
{
    sim = sim_new();
    role[RECEIVER] = sim_start(sim, BIG, 0);
    ck_assert_int_eq(sim_register(sim, role[RECEIVER], OOL_REGION_STANDING,
                                  sim_addr(role[RECEIVER], PAGE_SIZE), BIG),
                     OK);
    for (unsigned i = HOLDER; i < NUM_ROLES; i++)
        role[i] = sim_start(sim, SIM_LIMIT, 0);
    struct message m = {.type = LAUNCHER_MAY_SERVE_MSG};
    m.launcher_may_serve.task = role[BLOCKED];
    strcpy(m.launcher_may_serve.name, "fs");
    vm_step(sim->vm, KERNEL_TASK, &m);
}

// Checks that no task waits except in a lookup (which has no timeout here) or for a receiver that
// is alive.
static void check_nobody_hangs(void)
{
    sim_copy(sim);
    VM_FOR_EACH(sim->vm, task)
    {
        bool fine = task->wait == VM_NOT_WAITING || task->wait == VM_LOOKUP ||
                    (task->wait == VM_BLOCKED && alive(RECEIVER));
        ck_assert(fine);
    }
}

static void check_receiver_still_receives(void)
{
    if (!alive(RECEIVER))
        return;
    sim_advance(sim, 1000000000); // a sender that sends no message loses its reservation
    task_t fresh = sim_start(sim, SIM_LIMIT, 0);
    uint64_t id = 0;
    int err = sim_place(sim, fresh, role[RECEIVER], 50, 9, &id);
    for (unsigned i = 0; err == SIM_BLOCKED && i < 10; i++) {
        sim_advance(sim, 200000000);
        sim_copy(sim);
        err = sim_placed(sim, fresh, &id);
    }
    ck_assert_int_eq(err, OK);
    sim_expect(sim, role[RECEIVER], fresh, id, 50, 9);
}

START_TEST(death_at_every_step_hangs_nobody)
{
    for (unsigned when = 0; when <= NUM_STEPS; when++) {
        for (unsigned who = 0; who < NUM_ROLES; who++) {
            start_all();
            for (unsigned i = 0; i < NUM_STEPS; i++) {
                if (i == when)
                    sim_kill(sim, role[who]);
                drain();
                steps[i]();
                vm_check(sim->vm);
            }
            if (when == NUM_STEPS)
                sim_kill(sim, role[who]);
            drain();
            check_nobody_hangs();
            drain();
            check_receiver_still_receives();
            sim_kill_all(sim);
            struct vm_stats stats = vm_stats(sim->vm);
            ck_assert_uint_eq(stats.requests, stats.answers + stats.dropped);
            ck_assert(!vm_copy_pending(sim->vm));
            sim_free(sim);
        }
    }
}
END_TEST

START_TEST(two_deaths_at_every_two_steps_hang_nobody)
{
    for (unsigned n = 0; n < NUM_STEPS * NUM_STEPS * NUM_ROLES * NUM_ROLES; n++) {
        unsigned first = n % NUM_STEPS;
        unsigned second = n / NUM_STEPS % NUM_STEPS;
        unsigned r1 = n / (NUM_STEPS * NUM_STEPS) % NUM_ROLES;
        unsigned r2 = n / (NUM_STEPS * NUM_STEPS * NUM_ROLES);
        if (first > second || r1 >= r2)
            continue;
        start_all();
        for (unsigned i = 0; i < NUM_STEPS; i++) {
            if (i == first)
                sim_kill(sim, role[r1]);
            if (i == second)
                sim_kill(sim, role[r2]);
            drain();
            steps[i]();
            vm_check(sim->vm);
        }
        drain();
        check_nobody_hangs();
        sim_free(sim);
    }
}
END_TEST

START_TEST(dead_holder_gives_way_to_those_who_wait)
{
    start_all();
    step_hold();
    step_block();
    sim_kill(sim, role[HOLDER]);
    uint64_t id = 0;
    ck_assert_int_eq(sim_placed(sim, role[BLOCKED], &id), OK);
    ck_assert_int_eq(sim_verify(sim, role[RECEIVER], role[HOLDER], held, 100, NULL), ERR_NOT_FOUND);
    sim_expect(sim, role[RECEIVER], role[BLOCKED], id, 100, 2);
}
END_TEST

// A server answers and then ends. Its last message is still in the channel.
START_TEST(last_payload_of_the_dead_arrives_when_nobody_waits)
{
    start_all();
    step_hold();
    sim_kill(sim, role[HOLDER]);
    sim_expect(sim, role[RECEIVER], role[HOLDER], held, 100, 1);
    sim_free(sim);

    // If another sender comes meanwhile, it gets the buffer at once.
    start_all();
    step_hold();
    sim_kill(sim, role[HOLDER]);
    uint64_t id = 0;
    ck_assert_int_eq(sim_place(sim, role[BLOCKED], role[RECEIVER], 100, 2, &id), OK);
    ck_assert_int_eq(sim_verify(sim, role[RECEIVER], role[HOLDER], held, 100, NULL), ERR_NOT_FOUND);
}
END_TEST

START_TEST(published_counts_of_the_dead_are_taken_back)
{
    start_all();
    step_hold();
    step_block();
    ck_assert_uint_eq(sim_find(sim, role[RECEIVER])->blocked, 1);
    sim_kill(sim, role[BLOCKED]);
    ck_assert_uint_eq(sim_find(sim, role[RECEIVER])->blocked, 0);
}
END_TEST

static unsigned zeroed;

static void count_zero(__unused struct sim *s, task_t dst, uint32_t count)
{
    zeroed += dst == role[RECEIVER] && count == 0;
}

START_TEST(count_of_a_dead_receiver_is_zero_for_the_next_in_its_slot)
{
    start_all();
    step_hold();
    step_block();
    sim->on_publish = count_zero;
    sim_kill(sim, role[RECEIVER]);
    ck_assert_uint_ge(zeroed, 1);
    struct message m;
    ck_assert_int_eq(sim_answer(sim, role[BLOCKED], &m), ERR_ABORTED);
}
END_TEST

SIM_MAIN("vm_death", death_at_every_step_hangs_nobody, two_deaths_at_every_two_steps_hang_nobody,
         dead_holder_gives_way_to_those_who_wait,
         last_payload_of_the_dead_arrives_when_nobody_waits,
         published_counts_of_the_dead_are_taken_back,
         count_of_a_dead_receiver_is_zero_for_the_next_in_its_slot)
