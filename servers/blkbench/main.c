// blkbench: measures the server of `blk` under the load of several clients, which it launches as
// tasks of the suite's section `blkload` (this program, with the argument `client`).
//
// Sandbox: profile "plain".
#include <config.h>
#include <idl/blk.h>
#include <idl/blkbench_server.h>
#include <idl/task.h>
#include <message.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <stdlib.h>
#include <string.h>
#include "hist.h"
#include "load.h"

#define MAX_CLIENTS   256
#define LAYOUT_LEN    (1024u * 1024)
#define WARM_UP_NS    500000000ull
#define DEFAULT_SPAN  (256ull << 20)
#define MAX_BLOCK_LEN CONFIG_OOL_BUFFER_LEN

static const char help[] =
    "usage: blkbench [KEY=VALUE]...\n"
    "\n"
    "  rw=PATTERN   read, write, randread (the default) or randwrite\n"
    "  bs=SIZE      bytes of a request (4K)\n"
    "  depth=N      clients, each with one request under way (1)\n"
    "  seconds=N    how long (5)\n"
    "  span=SIZE    bytes of the device that are used, from its beginning (256M)\n"
    "  layout=no    the span is as an earlier run left it (yes: it is written first)\n"
    "\n"
    "OVERWRITES THE DEVICE: each sector of the span gets its number, which reads check.\n"
    "Prints METRIC lines: iops, bytes_per_s, latencies in ns, errors. Exit status 1: errors.\n";

static const char *const patterns[] = {
    [BLKBENCH_PATTERN_READ] = "read",
    [BLKBENCH_PATTERN_WRITE] = "write",
    [BLKBENCH_PATTERN_RANDREAD] = "randread",
    [BLKBENCH_PATTERN_RANDWRITE] = "randwrite",
};
#define NUM_PATTERNS (sizeof(patterns) / sizeof(patterns[0]))

static struct {
    unsigned pattern;
    uint64_t block_len, depth, seconds, span;
    bool layout;
} options = {BLKBENCH_PATTERN_RANDREAD, 4096, 1, 5, DEFAULT_SPAN, true};

static task_t waiting[MAX_CLIENTS]; // for the others
static unsigned num_joined, num_done;
static uint64_t num_blocks, num_errors;
static struct hist results;

static void __noreturn usage(const char *word)
{
    oolong_log("error: ", "%s: not an option\n%s", word, help);
    exit(2);
}

// A number with K, M or G behind it, from 1 to `max`.
static bool parse_size(const char *text, uint64_t max, uint64_t *value)
{
    char *end;
    if (*text < '0' || *text > '9')
        return false;
    unsigned long long number = strtoull(text, &end, 10);
    const char *unit = *end ? strchr("KMG", *end) : NULL;
    unsigned shift = unit ? 10 * (unsigned)(unit - "KMG" + 1) : 0;
    if (end[unit != NULL] != '\0' || number == 0 || number > max >> shift)
        return false;
    *value = number << shift;
    return true;
}

static void parse_option(const char *word)
{
    const char *value = strchr(word, '=');
    size_t len = value ? (size_t)(value - word) : 0;
    bool good = false;
    if (len == 2 && !memcmp(word, "rw", len)) {
        for (unsigned i = 1; i < NUM_PATTERNS; i++) {
            if (!strcmp(patterns[i], value + 1)) {
                options.pattern = i;
                good = true;
            }
        }
    } else if (len == 2 && !memcmp(word, "bs", len)) {
        good = parse_size(value + 1, MAX_BLOCK_LEN, &options.block_len) &&
               options.block_len % BLK_SECTOR_SIZE == 0;
    } else if (len == 5 && !memcmp(word, "depth", len)) {
        good = parse_size(value + 1, MAX_CLIENTS, &options.depth);
    } else if (len == 7 && !memcmp(word, "seconds", len)) {
        good = parse_size(value + 1, 3600, &options.seconds);
    } else if (len == 4 && !memcmp(word, "span", len)) {
        good = parse_size(value + 1, UINT64_MAX / 2, &options.span);
    } else if (len == 6 && !memcmp(word, "layout", len)) {
        options.layout = strcmp(value + 1, "no") != 0;
        good = !options.layout || !strcmp(value + 1, "yes");
    }
    if (!good)
        usage(word);
}

// Writes the number of each sector of the span into it.
static void lay_out(task_t disk)
{
    static uint8_t piece[LAYOUT_LEN];
    for (uint64_t at = 0; at < options.span; at += LAYOUT_LEN) {
        size_t len = (size_t)MIN((uint64_t)LAYOUT_LEN, options.span - at);
        load_stamp(piece, len, at / BLK_SECTOR_SIZE);
        error_t err = blk_write(disk, at / BLK_SECTOR_SIZE, piece, len);
        if (IS_ERROR(err)) {
            oolong_log("error: ", "cannot write: %s", err2str(err));
            exit(EXIT_FAILURE);
        }
    }
    ASSERT_OK(blk_flush(disk));
}

static void find_span(task_t disk)
{
    offset_t num_sectors;
    unsigned sector_size, block_size;
    bool read_only;
    ASSERT_OK(blk_info(disk, &num_sectors, &sector_size, &block_size, &read_only));
    options.span = MIN(options.span, num_sectors * BLK_SECTOR_SIZE);
    num_blocks = options.span / options.block_len;
    if (num_blocks < options.depth) {
        oolong_log("error: ", "the device is too small for that");
        exit(EXIT_FAILURE);
    }
}

static void launch_clients(void)
{
    for (uint64_t i = 0; i < options.depth; i++) {
        task_t client;
        error_t err = task_launch(VM_TASK, "blkload client", &client);
        if (IS_ERROR(err)) {
            oolong_log("error: ", "cannot launch blkload: %s", err2str(err));
            exit(EXIT_FAILURE);
        }
    }
}

static error_t blkbench_do_join(task_t client, unsigned *index, unsigned *num_clients,
                                unsigned *pattern, size_t *block_len, uint64_t *blocks,
                                uint64_t *begin, uint64_t *end)
{
    (void)index, (void)num_clients, (void)pattern, (void)block_len, (void)blocks;
    (void)begin, (void)end;
    if (num_joined == options.depth)
        return ERR_NOT_PERMITTED;
    waiting[num_joined++] = client;
    if (num_joined < options.depth)
        return DONT_REPLY;
    uint64_t start = load_now_ns() + WARM_UP_NS;
    for (unsigned i = 0; i < num_joined; i++)
        blkbench_join_reply(waiting[i], i, num_joined, options.pattern, options.block_len,
                            num_blocks, start, start + options.seconds * 1000000000);
    return DONT_REPLY;
}

static error_t blkbench_do_done(task_t client, const void *counts, size_t counts_len,
                                uint64_t errors)
{
    (void)client;
    struct hist hist;
    if (counts_len != sizeof(hist))
        return ERR_INVALID_ARG;
    memcpy(&hist, counts, sizeof(hist));
    hist_merge(&results, &hist);
    num_errors += errors;
    num_done++;
    return OK;
}

static const struct blkbench_ops blkbench_ops = {
    .join = blkbench_do_join,
    .done = blkbench_do_done,
};

static void print_results(void)
{
    uint64_t total = hist_total(&results);
    METRIC("iops", total / options.seconds);
    METRIC("bytes_per_s", total * options.block_len / options.seconds);
    METRIC("p50_ns", hist_quantile(&results, 500));
    METRIC("p99_ns", hist_quantile(&results, 990));
    METRIC("errors", num_errors);
}

void main(void)
{
    task_t disk = ipc_lookup("blk");
    ASSERT_OK(disk);
    if (task_argc() == 2 && !strcmp(task_argv()[1], "client"))
        load_run(disk);
    for (int i = 1; i < task_argc(); i++)
        parse_option(task_argv()[i]);

    find_span(disk);
    if (options.layout)
        lay_out(disk);
    ASSERT_OK(ipc_serve("blkbench"));
    launch_clients();
    while (num_done < options.depth) {
        struct message m;
        if (IS_OK(ipc_recv(IPC_ANY, &m)) && !blkbench_dispatch(&blkbench_ops, &m))
            discard_unknown_message(&m);
    }
    print_results();
    exit(num_errors > 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}
