// stress: runs exchanges between real tasks, and detects an exchange that never goes on.
//
//   stress --exchanges N [--seconds N] [--seed N] [--label TEXT] --suite FILE
//
// A stall: for a second no task made progress, and each time we looked, no task of the suite was
// running or waiting for a core. (A task that waits for a core, or that was stopped, is no fault of
// the suite.) Prints how many exchanges there were. The exit status is 1 after a stall or a wrong
// byte.

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "host.h"

#define LOOK_US     100000
#define STALL_LOOKS 10

static struct {
    uint64_t exchanges, seconds;
    uint32_t seed;
    const char *suite, *label;
} wanted = {1000000, UINT64_MAX, 1, NULL, "stress"};

static uint64_t progress(const struct board *board)
{
    uint64_t sum = 0;
    for (int i = 0; i < BOARD_ROLES; i++)
        sum += atomic_load(&board->roles[i].progress);
    return sum;
}

static unsigned wrong(const struct board *board)
{
    unsigned sum = 0;
    for (int i = 0; i < BOARD_ROLES; i++)
        sum += atomic_load(&board->roles[i].corrupt);
    return sum;
}

static bool all_sleep(const struct host *host)
{
    struct child children[MAX_CHILDREN];
    int num = host_children(host, children);
    for (int i = 0; i < num; i++) {
        if (children[i].state != 'S')
            return false;
    }
    return num > 1;
}

// Returns 0 when the exchanges are done, 1 on a stall or any other failure.
static int watch(const struct host *host, bool *ended)
{
    uint64_t begin_ns = board_now_ns(), last = 0;
    int looks = 0;
    for (;;) {
        host_pause_us(LOOK_US);
        uint64_t now = progress(host->board);
        uint64_t seconds = (board_now_ns() - begin_ns) / 1000000000;
        looks = now == last && all_sleep(host) ? looks + 1 : 0;
        last = now;
        *ended = waitpid(host->launcher, NULL, WNOHANG) != 0;
        if (now >= wanted.exchanges || seconds >= wanted.seconds || looks == STALL_LOOKS ||
            *ended || wrong(host->board)) {
            printf("%llu exchanges in %llu s%s%s%s\n", (unsigned long long)now,
                   (unsigned long long)seconds, looks == STALL_LOOKS ? ": STALL" : "",
                   *ended ? ": the suite ended" : "", wrong(host->board) ? ": CORRUPT" : "");
            return looks == STALL_LOOKS || *ended || wrong(host->board);
        }
    }
}

static void print_output(int fd)
{
    char text[4096];
    ssize_t got = pread(fd, text, sizeof(text), 0);
    printf("what the suite said first:\n%.*s\n", got > 0 ? (int)got : 0, text);
}

static bool parse(int argc, char **argv)
{
    static const struct option options[] = {
        {"exchanges", required_argument, NULL, 'n'}, {"seconds", required_argument, NULL, 's'},
        {"seed", required_argument, NULL, 'r'},      {"suite", required_argument, NULL, 'f'},
        {"label", required_argument, NULL, 'l'},     {0}};
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) >= 0;) {
        if (c == 'n')
            wanted.exchanges = strtoull(optarg, NULL, 0);
        else if (c == 's')
            wanted.seconds = strtoull(optarg, NULL, 0);
        else if (c == 'r')
            wanted.seed = (uint32_t)strtoul(optarg, NULL, 0);
        else if (c == 'f')
            wanted.suite = optarg;
        else if (c == 'l')
            wanted.label = optarg;
        else
            return false;
    }
    return wanted.suite && optind == argc;
}

int main(int argc, char **argv)
{
    char path[512], label[128];
    const char *bin = getenv("OOLONG_BIN");
    if (!parse(argc, argv) || !bin) {
        fprintf(stderr, "usage: stress --exchanges N --suite FILE, with OOLONG_BIN set\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    snprintf(path, sizeof(path), "%s/oolong", bin);
    snprintf(label, sizeof(label), "label=%s", wanted.label);
    struct host host = {.program = path, .extra = label};
    host.output = memfd_create("output", 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (host.output < 0 || !host_start(&host, wanted.suite, wanted.seed))
        return 2;
    bool ended = false;
    int status = watch(&host, &ended);
    if (status)
        print_output(host.output);
    if (!ended)
        host_stop(&host);
    int left = host_reap_all(NULL, 0, board_now_ns() + 2000 * NS_PER_MS);
    if (left)
        printf("%d processes were left\n", left);
    return status || left;
}
