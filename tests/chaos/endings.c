// Kills vm or the launcher at random moments: within a second all processes of the suite must be
// gone.

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include "chaos.h"

#define WITHIN_NS (1000 * NS_PER_MS)
#define MOMENT_US 400000 // somewhat longer than it takes until everything runs

static pid_t find_vm(const struct host *host)
{
    struct child children[MAX_CHILDREN];
    int num = host_children(host, children);
    for (int i = 0; i < num; i++) {
        if (children[i].place == -1)
            return children[i].pid;
    }
    return 0;
}

static void end_one(struct chaos *chaos, bool of_vm, int *most)
{
    struct child children[MAX_CHILDREN];
    struct host *host = &chaos->host;
    if (!host_start(host, chaos->suite, (uint32_t)chaos->dice)) {
        violation(chaos, "the suite does not start");
        return;
    }
    if (of_vm && !AWAIT(5000, find_vm(host)))
        violation(chaos, "there is no vm");
    host_pause_us((unsigned)(board_random(&chaos->dice) % MOMENT_US));
    int num = host_children(host, children);
    *most = num > *most ? num : *most;
    kill(of_vm ? find_vm(host) : host->launcher, SIGKILL);
    int left = host_reap_all(children, num, board_now_ns() + WITHIN_NS);
    if (left)
        violation(chaos, "%s was killed, and a second later %d processes are left",
                  of_vm ? "vm" : "the launcher", left);
}

void chaos_endings(struct chaos *chaos, bool of_vm, unsigned times)
{
    int most = 0;
    unsigned before = chaos->violations;
    for (unsigned i = 0; i < times; i++)
        end_one(chaos, of_vm, &most);
    printf("kill -9 of %-12s %u times, of up to %d processes; with some left after 1 s: %u\n",
           of_vm ? "vm:" : "the launcher:", times, most, chaos->violations - before);
}
