// chaos: random kill -9 and SIGSTOP of the tasks of a loaded suite, and kills of vm and launcher.
//
//   chaos --kills N --seed N --endings N --suite FILE
//
// Prints the injected faults and their effects. The exit status is 1 if a check failed.

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "chaos.h"

void violation(struct chaos *chaos, const char *format, ...)
{
    va_list args;
    chaos->violations++;
    printf("VIOLATION: ");
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
}

static void print_table(const struct chaos *chaos)
{
    static const char *const names[] = {"kill -9", "kill -9 of one that starts",
                                        "SIGSTOP, then kill -9", "SIGSTOP, then SIGCONT"};
    unsigned runs = 0;
    printf("%-28s %9s %9s %9s %9s\n", "fault", "injected", "activated", "detected", "recovered");
    for (int i = 0; i < NUM_FAULTS; i++) {
        const struct tally *t = &chaos->tally[i];
        printf("%-28s %9u %9u %9u %9u\n", names[i], t->injected, t->activated, t->detected,
               t->recovered);
        runs += t->injected;
    }
    if (runs && !chaos->violations)
        printf("%u faults, none of them with a violation: their rate is below %.2g\n", runs,
               3.0 / runs);
}

// Prints the end of the suite's output.
static void print_output(int fd)
{
    char text[8192];
    off_t end = lseek(fd, 0, SEEK_END);
    ssize_t got = pread(fd, text, sizeof(text), end > 8192 ? end - 8192 : 0);
    printf("what the suite said last:\n%.*s\n", got > 0 ? (int)got : 0, text);
}

static bool parse(struct chaos *chaos, int argc, char **argv, unsigned *endings, uint64_t *seed)
{
    static const struct option options[] = {{"kills", required_argument, NULL, 'k'},
                                            {"seed", required_argument, NULL, 's'},
                                            {"endings", required_argument, NULL, 'e'},
                                            {"suite", required_argument, NULL, 'f'},
                                            {0}};
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) >= 0;) {
        if (c == 'k')
            chaos->kills = (unsigned)strtoul(optarg, NULL, 0);
        else if (c == 's')
            *seed = strtoull(optarg, NULL, 0);
        else if (c == 'e')
            *endings = (unsigned)strtoul(optarg, NULL, 0);
        else if (c == 'f')
            chaos->suite = optarg;
        else
            return false;
    }
    return chaos->suite && getenv("OOLONG_BIN");
}

int main(int argc, char **argv)
{
    struct chaos chaos = {.kills = 200};
    unsigned endings = 10;
    uint64_t seed = board_now_ns() % 1000000007;
    char program[4096];
    if (!parse(&chaos, argc, argv, &endings, &seed)) {
        fprintf(stderr, "chaos: needs --suite and OOLONG_BIN\n");
        return 2;
    }
    snprintf(program, sizeof(program), "%s/oolong", getenv("OOLONG_BIN"));
    chaos.host.program = program;
    chaos.dice = seed;
    chaos.host.output = memfd_create("output", MFD_CLOEXEC);
    setvbuf(stdout, NULL, _IOLBF, 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1); // a process that loses its parent becomes our child
    printf("seed %llu\n", (unsigned long long)seed);
    if (chaos.kills)
        chaos_under_load(&chaos);
    print_table(&chaos);
    chaos_endings(&chaos, true, endings);
    chaos_endings(&chaos, false, endings);
    if (chaos.violations) {
        print_output(chaos.host.output);
        printf("%u violations; again with --seed %llu\n", chaos.violations,
               (unsigned long long)seed);
    }
    return chaos.violations ? 1 : 0;
}
