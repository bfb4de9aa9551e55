// One client of a measurement: one request at a time, as fast as they are answered.
#include "load.h"
#include <idl/blk.h>
#include <idl/blkbench.h>
#include <message.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "hist.h"

struct load {
    task_t disk;
    unsigned index, num_clients, pattern;
    size_t block_len;
    uint64_t num_blocks, begin, end;
    uint64_t state; // of the random numbers
    uint64_t at;    // the next block of a sequence
    uint64_t num_errors;
    uint8_t *block;
    struct hist hist;
};

void load_stamp(void *data, size_t len, uint64_t sector)
{
    uint8_t *bytes = data;
    for (size_t at = 0; at + BLK_SECTOR_SIZE <= len; at += BLK_SECTOR_SIZE, sector++)
        memcpy(&bytes[at], &sector, sizeof(sector));
}

bool load_is_stamped(const void *data, size_t len, uint64_t sector)
{
    const uint8_t *bytes = data;
    for (size_t at = 0; at + BLK_SECTOR_SIZE <= len; at += BLK_SECTOR_SIZE, sector++) {
        if (memcmp(&bytes[at], &sector, sizeof(sector)) != 0)
            return false;
    }
    return true;
}

uint64_t load_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

// Sequences of several clients are parts of the span.
static uint64_t next_block(struct load *load)
{
    if (load->pattern == BLKBENCH_PATTERN_RANDREAD || load->pattern == BLKBENCH_PATTERN_RANDWRITE) {
        load->state = load->state * 6364136223846793005u + 1442695040888963407u;
        return (load->state >> 33) % load->num_blocks;
    }
    uint64_t part = load->num_blocks / load->num_clients;
    uint64_t block = load->index * part + load->at;
    load->at = load->at + 1 < part ? load->at + 1 : 0;
    return block;
}

static bool request(struct load *load, uint64_t sector)
{
    if (load->pattern == BLKBENCH_PATTERN_WRITE || load->pattern == BLKBENCH_PATTERN_RANDWRITE) {
        load_stamp(load->block, load->block_len, sector);
        return IS_OK(blk_write(load->disk, sector, load->block, load->block_len));
    }
    void *data;
    size_t len;
    if (IS_ERROR(blk_read(load->disk, sector, load->block_len / BLK_SECTOR_SIZE, &data, &len)))
        return false;
    bool good = len == load->block_len && load_is_stamped(data, len, sector);
    free(data);
    return good;
}

static void work(struct load *load)
{
    uint64_t now = load_now_ns();
    while (now < load->end) {
        uint64_t sector = next_block(load) * (load->block_len / BLK_SECTOR_SIZE);
        uint64_t start = now;
        bool good = request(load, sector);
        now = load_now_ns();
        load->num_errors += !good;
        if (start >= load->begin && now < load->end)
            hist_add(&load->hist, now - start);
    }
}

void load_run(task_t disk)
{
    static struct load load;
    load.disk = disk;
    task_t bench = ipc_lookup("blkbench");
    ASSERT_OK(bench);
    ASSERT_OK(blkbench_join(bench, &load.index, &load.num_clients, &load.pattern, &load.block_len,
                            &load.num_blocks, &load.begin, &load.end));
    load.state = load.index + 1;
    load.block = calloc(1, load.block_len);
    ASSERT(load.block);
    work(&load);
    ASSERT_OK(blkbench_done(bench, &load.hist, sizeof(load.hist), load.num_errors));
    exit(EXIT_SUCCESS);
}
