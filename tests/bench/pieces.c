// Measures how large the pieces should be in which vm copies: copies a payload from one process to
// another through buffers of several sizes. Prints the times, to help with the choice of
// VM_BOUNCE_LEN.
#include "bench.h"
#include <stdlib.h>
#include "native.h"

#define BATCH_NS   10000000
#define MAX_PIECES 16

static const uint64_t payloads[] = {64 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20};
#define NUM_PAYLOADS (sizeof(payloads) / sizeof(payloads[0]))

static const uint64_t pieces[] = {16 << 10,  32 << 10,  64 << 10, 128 << 10,
                                  256 << 10, 512 << 10, 1 << 20,  4 << 20};
#define NUM_PIECES (sizeof(pieces) / sizeof(pieces[0]))

static double measured[NUM_PAYLOADS][NUM_PIECES][MAX_ROUNDS];

static void measure_round(struct worker *worker, unsigned round)
{
    for (size_t i = 0; i < NUM_PAYLOADS; i++) {
        for (size_t k = 0; k < NUM_PIECES; k++) {
            struct bench_reply reply;
            struct bench_request request = {.name = "floor_copy",
                                            .payload = payloads[i],
                                            .piece = pieces[k],
                                            .warm_up_ns = BATCH_NS / 4,
                                            .min_ns = BATCH_NS,
                                            .min_ops = 1};
            progress("round %u: %s in pieces of %s", round, payload_text(payloads[i]),
                     payload_text(pieces[k]));
            if (!worker_run(worker, &request, &reply))
                bench_die("%s", reply.text);
            measured[i][k][round] = (double)reply.total_ns / (double)reply.ops;
        }
    }
}

int pieces_run(void)
{
    unsigned rounds = settings.quick ? 5 : 25;
    for (int placement = SAME_CORE; placement <= TWO_CORES; placement++) {
        struct worker worker = {0};
        if (placement == TWO_CORES && settings.cpus[1] < 0)
            break;
        if (!native_start(&worker, &floor_copy, (enum placement)placement))
            bench_die("cannot start floor_copy");
        for (unsigned round = 0; round < rounds; round++)
            measure_round(&worker, round);
        progress_end();
        worker_stop(&worker);

        printf("%s, out of a process and into another\n%10s", placement_names[placement],
               "payload");
        for (size_t k = 0; k < NUM_PIECES; k++)
            printf(" %10s", payload_text(pieces[k]));
        for (size_t i = 0; i < NUM_PAYLOADS; i++) {
            printf("\n%10s", payload_text(payloads[i]));
            for (size_t k = 0; k < NUM_PIECES && (k == 0 || pieces[k - 1] < payloads[i]); k++)
                printf(" %10s", time_text(median_of(measured[i][k], rounds)));
        }
        printf("\n\n");
    }
    return EXIT_SUCCESS;
}
