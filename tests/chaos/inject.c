// The faults: chooses which, when and in which task, and checks that each was noticed and repaired.

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "chaos.h"

#define MAX_PAUSE_US 12000 // between two faults
#define MAX_STOP_US  20000
// A kill of a task that starts: how long we wait for such a task, and its age when we kill it.
#define NEW_WITHIN_NS (40 * NS_PER_MS)
#define NEW_AGE_NS    (4 * NS_PER_MS)

// A fault that was injected and is not yet detected and recovered from.
struct injection {
    enum fault fault;
    int place; // -2: not known
    int task;
    pid_t pid;
    int pidfd;
    uint32_t lives; // of the role, at the fault
    uint64_t progress;
    bool killed;
    bool detected;
};

#define MAX_OPEN 256
static struct injection open_ones[MAX_OPEN];
static int num_open;
// Faults that were detected in an unknown role. The role has recovered if all roles work at the
// end.
static unsigned num_nameless[NUM_FAULTS];

static int send_signal(int pidfd, int signo)
{
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signo, NULL, 0);
}

// Keeps those of `children` that may be killed. Returns their number.
static int keep_victims(struct child children[MAX_CHILDREN], int num)
{
    int kept = 0;
    for (int i = 0; i < num; i++) {
        if ((children[i].place >= BOARD_FIRST_VICTIM || children[i].place == -2) &&
            children[i].state != 'Z')
            children[kept++] = children[i];
    }
    return kept;
}

static void look(struct chaos *chaos);

static bool choose(struct chaos *chaos, struct child *victim)
{
    struct child children[MAX_CHILDREN];
    int num = 0;
    if (!AWAIT(15000, (look(chaos),
                       (num = keep_victims(children, host_children(&chaos->host, children))) > 0)))
        return false;
    *victim = children[board_random(&chaos->dice) % (unsigned)num];
    return true;
}

// Chooses the first task that starts after the process `after`, and waits a random time.
static bool choose_new(struct chaos *chaos, pid_t after, struct child *victim)
{
    struct child children[MAX_CHILDREN];
    uint64_t end_ns = board_now_ns() + NEW_WITHIN_NS;
    while (keep_victims(children, host_newcomers(&chaos->host, after, children)) == 0) {
        if (board_now_ns() > end_ns)
            return false;
    }
    *victim = children[0];
    for (end_ns = board_now_ns() + board_random(&chaos->dice) % NEW_AGE_NS;
         board_now_ns() < end_ns;)
        ;
    return true;
}

// --- What became of it --------------------------------------------------------------------------

static bool has_recovered(struct chaos *chaos, const struct injection *in)
{
    struct board_role *role = &chaos->host.board->roles[in->place];
    bool is_new = in->fault == FAULT_STOP_CONT || atomic_load(&role->lives) > in->lives;
    return is_new && atomic_load(&role->progress) > in->progress;
}

static void look(struct chaos *chaos)
{
    waits_look(chaos);
    for (int i = num_open - 1; i >= 0; i--) {
        struct injection *in = &open_ones[i];
        struct tally *tally = &chaos->tally[in->fault];
        bool is_gone =
            in->fault == FAULT_STOP_CONT || (send_signal(in->pidfd, 0) < 0 && errno == ESRCH);
        if (!in->detected && is_gone && !waits_are_open(in->task)) {
            in->detected = true;
            tally->detected++;
        }
        if (!in->detected || (in->place >= 0 && !has_recovered(chaos, in)))
            continue;
        if (in->place >= 0)
            tally->recovered++;
        else
            num_nameless[in->fault]++;
        close(in->pidfd);
        *in = open_ones[--num_open];
    }
}

static void pause_looking(struct chaos *chaos, uint64_t us)
{
    uint64_t end_ns = board_now_ns() + us * 1000;
    do {
        look(chaos);
        host_pause_us(500);
    } while (board_now_ns() < end_ns);
}

// --- Faults -------------------------------------------------------------------------------------

static int task_of(struct chaos *chaos, int place)
{
    return place >= 0 && place < BOARD_ROLES ? atomic_load(&chaos->host.board->roles[place].task)
                                             : 0;
}

// Counts a fault as activated if the victim waits, or if tasks that wait for it were noted. A task
// that starts counts too while its main has not begun, because vm is still told about it.
static void count(struct chaos *chaos, const struct injection *in, int noted)
{
    struct tally *tally = &chaos->tally[in->fault];
    static uint32_t last_life[BOARD_ROLES]; // the last life of each role that a fault ended
    bool hangs = noted > 0;
    if (in->fault == FAULT_KILL_NEW) {
        hangs = in->place < 0 || last_life[in->place] == in->lives;
    } else if (in->place >= 0) {
        hangs = hangs || (atomic_load(&chaos->host.board->roles[in->place].wait) & 1);
    }
    if (in->place >= 0 && in->fault != FAULT_STOP_CONT)
        last_life[in->place] = in->lives;
    tally->injected++;
    tally->activated += hangs;
}

// Removes the children that were killed already and are still visible. They are no longer told when
// a peer ends.
static int drop_killed(struct child children[MAX_CHILDREN], int num)
{
    int kept = 0;
    for (int i = 0; i < num; i++) {
        bool killed = false;
        for (int k = 0; k < num_open; k++)
            killed = killed || (open_ones[k].pid == children[i].pid && open_ones[k].killed);
        if (!killed)
            children[kept++] = children[i];
    }
    return kept;
}

static void kill_it(struct chaos *chaos, struct injection *in)
{
    struct child children[MAX_CHILDREN];
    int num = drop_killed(children, host_children(&chaos->host, children));
    int noted =
        in->fault == FAULT_KILL_NEW ? 0 : waits_note(chaos, children, num, in->task, in->pid);
    waits_forget(in->place);
    if (in->place >= 0) {
        in->lives = atomic_load(&chaos->host.board->roles[in->place].lives);
        in->progress = atomic_load(&chaos->host.board->roles[in->place].progress);
    }
    count(chaos, in, noted);
    in->killed = true;
    send_signal(in->pidfd, SIGKILL);
}

static void inject(struct chaos *chaos, enum fault fault, const struct child *victim)
{
    struct injection *in = &open_ones[num_open];
    *in = (struct injection){.fault = fault, .place = victim->place, .pid = victim->pid};
    in->task = task_of(chaos, in->place);
    in->pidfd = (int)syscall(SYS_pidfd_open, victim->pid, 0);
    if (in->pidfd < 0)
        return; // the task has already ended on its own
    num_open++;
    if (fault == FAULT_STOP_CONT || fault == FAULT_STOP_KILL) {
        waits_forget(in->place);
        send_signal(in->pidfd, SIGSTOP);
        struct injection stopped = *in; // pause_looking() moves entries
        num_open--;
        pause_looking(chaos, board_random(&chaos->dice) % MAX_STOP_US);
        in = &open_ones[num_open++];
        *in = stopped;
    }
    if (fault != FAULT_STOP_CONT) {
        kill_it(chaos, in);
        return;
    }
    count(chaos, in, 0);
    in->progress = in->place >= 0 ? atomic_load(&chaos->host.board->roles[in->place].progress) : 0;
    send_signal(in->pidfd, SIGCONT);
}

static enum fault choose_fault(struct chaos *chaos)
{
    static const enum fault faults[] = {FAULT_KILL,      FAULT_KILL,     FAULT_KILL,
                                        FAULT_KILL,      FAULT_KILL,     FAULT_KILL_NEW,
                                        FAULT_STOP_KILL, FAULT_STOP_CONT};
    return faults[board_random(&chaos->dice) % (sizeof(faults) / sizeof(faults[0]))];
}

static unsigned num_kills(const struct chaos *chaos)
{
    return chaos->tally[FAULT_KILL].injected + chaos->tally[FAULT_KILL_NEW].injected +
           chaos->tally[FAULT_STOP_KILL].injected;
}

static void print_progress(const struct chaos *chaos)
{
    static unsigned printed;
    unsigned kills = num_kills(chaos);
    if (kills / 1000 == printed)
        return;
    printed = kills / 1000;
    printf("%u kills, %u violations\n", kills, chaos->violations);
}

static void inject_all(struct chaos *chaos)
{
    while (num_kills(chaos) < chaos->kills && chaos->violations < 20) {
        struct child victim;
        enum fault fault = choose_fault(chaos);
        if (!choose(chaos, &victim)) {
            violation(chaos, "nobody is left to be killed");
            break;
        }
        if (!AWAIT(15000, (look(chaos), num_open < MAX_OPEN - 2))) {
            violation(chaos, "%d faults are not recovered from", num_open);
            break;
        }
        if (fault != FAULT_KILL_NEW) {
            inject(chaos, fault, &victim);
        } else {
            // A task must end before one can start.
            pid_t last = host_last_pid();
            inject(chaos, FAULT_KILL, &victim);
            if (choose_new(chaos, last, &victim))
                inject(chaos, FAULT_KILL_NEW, &victim);
        }
        pause_looking(chaos, board_random(&chaos->dice) % MAX_PAUSE_US);
        print_progress(chaos);
    }
}

// All roles work again. So the tasks whose role was not known have recovered too.
static void settle(struct chaos *chaos)
{
    bool all_work = census_wait_until_all_work(chaos);
    if (!all_work)
        violation(chaos, "not every role works again");
    AWAIT(5000, (look(chaos), num_open == 0));
    AWAIT(1000, (look(chaos), !waits_are_open(0)));
    for (int i = 0; i < num_open; i++) {
        violation(chaos, "role %d did not recover from a kill", open_ones[i].place);
        close(open_ones[i].pidfd);
    }
    num_open = 0;
    for (int i = 0; i < NUM_FAULTS; i++)
        chaos->tally[i].recovered += all_work ? num_nameless[i] : 0;
}

void chaos_under_load(struct chaos *chaos)
{
    struct host *host = &chaos->host;
    if (!host_start(host, chaos->suite, (uint32_t)chaos->dice) ||
        !census_wait_until_all_work(chaos)) {
        violation(chaos, "the suite does not start");
        return;
    }
    census_first(chaos);
    pid_t vm = host->vm;
    uint64_t began_ns = board_now_ns();
    inject_all(chaos);
    printf("faults took %.1f s\n", (double)(board_now_ns() - began_ns) / 1e9);
    settle(chaos);
    census_compare(chaos);
    if (host->vm != vm)
        violation(chaos, "vm is not the process that it was");
    census_check_board(chaos);
    int status = host_stop(host);
    if (status != 128 + SIGTERM)
        violation(chaos, "the suite ends with exit status %d", status);
    if (host_reap_all(NULL, 0, board_now_ns() + 1000 * NS_PER_MS))
        violation(chaos, "processes are left");
    census_check_output(chaos);
    waits_print();
}
