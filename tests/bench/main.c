// bench: measures the cost of messages and payloads. Compares it with the bare machine and with
// other libraries. This file reads the arguments and calls the parts in order.
#include "bench.h"
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "rounds.h"
#include "scale.h"

#define EXIT_SKIPPED 77

static const char help_text[] =
    "usage: bench [OPTION]... [CASE]\n"
    "\n"
    "Measures floors (what the machine allows), Oolong and other transports in turns, and writes\n"
    "results.json and report.html. With CASE, that case and the floors it is compared with.\n"
    "\n"
    "  --quick        under a minute, with fewer and shorter rounds; otherwise under ten\n"
    "  --smoke        one short round, to see that it works\n"
    "  --scale        measures many tasks, clients and pairs instead; writes scale.json\n"
    "  --pieces       measures copies in pieces of several sizes instead; prints a table\n"
    "  --counts       counts system calls and copies only; takes no time\n"
    "  --check FILE   compares the counts with FILE; exit status 1 when they differ, 77 when\n"
    "                 nothing can be counted here\n"
    "  --out DIR      where the results go (default: build/bench)\n"
    "  --list         shows the cases\n"
    "  --help         shows this\n";

enum mode {
    MODE_RUN,
    MODE_SCALE,
    MODE_COUNTS,
    MODE_PIECES,
};

static const struct option long_options[] = {
    {"quick", no_argument, NULL, 'q'},     {"scale", no_argument, NULL, 's'},
    {"smoke", no_argument, NULL, 'm'},     {"pieces", no_argument, NULL, 'p'},
    {"counts", no_argument, NULL, 'c'},    {"check", required_argument, NULL, 'k'},
    {"out", required_argument, NULL, 'o'}, {"list", no_argument, NULL, 'l'},
    {"help", no_argument, NULL, 'h'},      {NULL, 0, NULL, 0},
};

static void list_cases(void)
{
    for (size_t i = 0; i < num_bench_cases; i++)
        puts(bench_cases[i].name);
}

static void find_programs(void)
{
    const char *bin = getenv("OOLONG_BIN");
    snprintf(settings.oolong, sizeof(settings.oolong), "%s/oolong", bin ? bin : BUILT_BIN_DIR);
    if (access(settings.oolong, X_OK) < 0)
        bench_die("there is no %s", settings.oolong);
}

static void find_cores(void)
{
    cpu_set_t set;
    int found = 0;
    settings.cpus[0] = settings.cpus[1] = -1;
    if (sched_getaffinity(0, sizeof(set), &set) < 0)
        bench_die("cannot tell which cores there are: %s", strerror(errno));
    for (int cpu = 0; cpu < CPU_SETSIZE && found < 2; cpu++) {
        if (CPU_ISSET(cpu, &set))
            settings.cpus[found++] = cpu;
    }
}

static void make_work_folder(void)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(settings.dir, sizeof(settings.dir), "%s/oolong-bench.XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(settings.dir)) {
        settings.dir[0] = '\0';
        bench_die("cannot make a folder in %s: %s", tmp ? tmp : "/tmp", strerror(errno));
    }
}

static void make_out_folder(void)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s", settings.out_dir);
    for (char *at = path + 1; *at; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        mkdir(path, 0777);
        *at = '/';
    }
    if (mkdir(path, 0777) < 0 && errno != EEXIST)
        bench_die("cannot make %s: %s", path, strerror(errno));
}

static int run(void)
{
    struct points points;
    char path[PATH_MAX + 32];
    const char *why;
    if (!settings.only && !settings.smoke && !counts_take(&why))
        fprintf(stderr, "bench: nothing was counted: %s\n", why);
    points_plan(&points);
    unsigned rounds = rounds_run(&points);
    if (!settings.only && !settings.smoke)
        scale_measure(true);
    points_finish(&points);
    snprintf(path, sizeof(path), "%s/results.json", settings.out_dir);
    json_write(path, &points);
    snprintf(path, sizeof(path), "%s/report.html", settings.out_dir);
    report_write(path, &points);

    table_print(stdout, &points);
    counts_print(stdout);
    printf("\nlimits (%u rounds)\n", rounds);
    verdicts(&points, verdict_print, NULL);
    scale_verdicts(verdict_print, NULL);
    if (!transport_is_there(SHM))
        puts("not on this kernel: shared memory (it takes futex_waitv, Linux 5.16)");
    if (peers_missing()[0])
        printf("not in this build:%s\n", peers_missing());
    printf("\nwritten: %s/results.json, %s\n", settings.out_dir, path);
    for (size_t i = 0; i < points.len; i++) {
        if (points.items[i].failed[0])
            return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

static int run_counts(const char *expected)
{
    const char *why;
    if (!counts_take(&why)) {
        fprintf(stderr, "skipped: %s\n", why);
        return EXIT_SKIPPED;
    }
    counts_print(stdout);
    return expected && counts_check(expected) > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static void on_signal(int signo)
{
    settings.interrupted = signo;
}

static bool is_case(const char *name)
{
    for (size_t i = 0; i < num_bench_cases; i++) {
        if (!strcmp(bench_cases[i].name, name))
            return true;
    }
    return false;
}

static enum mode parse_options(int argc, char **argv, const char **expected)
{
    enum mode mode = MODE_RUN;
    int option;
    while ((option = getopt_long(argc, argv, "h", long_options, NULL)) >= 0) {
        switch (option) {
        case 'q':
            settings.quick = true;
            break;
        case 'm':
            settings.smoke = true;
            break;
        case 's':
            mode = MODE_SCALE;
            break;
        case 'p':
            mode = MODE_PIECES;
            break;
        case 'c':
            mode = MODE_COUNTS;
            break;
        case 'k':
            *expected = optarg;
            mode = MODE_COUNTS;
            break;
        case 'o':
            settings.out_dir = optarg;
            break;
        case 'l':
            list_cases();
            exit(0);
        case 'h':
            fputs(help_text, stdout);
            exit(0);
        default:
            fputs("Try 'bench --help'.\n", stderr);
            exit(2);
        }
    }
    settings.only = argv[optind];
    if (settings.only && (argv[optind + 1] || !is_case(settings.only))) {
        fprintf(stderr, "bench: no such case: %s\nTry 'bench --list'.\n", argv[argc - 1]);
        exit(2);
    }
    return mode;
}

int main(int argc, char **argv)
{
    const char *expected = NULL;
    struct sigaction interrupt = {.sa_handler = on_signal};
    settings.out_dir = "build/bench";
    enum mode mode = parse_options(argc, argv, &expected);
    settings.is_tty = isatty(STDERR_FILENO);
    signal(SIGPIPE, SIG_IGN);
    sigaction(SIGINT, &interrupt, NULL); // without SA_RESTART, so that the signal ends a wait
    sigaction(SIGTERM, &interrupt, NULL);
    unsetenv("OOLONG_TRANSPORT"); // this variable would override the suite files
    find_programs();
    find_cores();
    make_work_folder();
    if (mode == MODE_RUN || mode == MODE_SCALE)
        make_out_folder();
    switch (mode) {
    case MODE_RUN:
        bench_exit(run());
    case MODE_SCALE:
        bench_exit(scale_run());
    case MODE_PIECES:
        bench_exit(pieces_run());
    case MODE_COUNTS:
        bench_exit(run_counts(expected));
    }
}
