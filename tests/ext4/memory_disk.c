// The disk: `now` is what reads give, `safe` what is left after a cut.
#include "memory_disk.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define MAX_BLOCKS 3072u

struct image {
    uint8_t *bytes;
    unsigned num_blocks;
    unsigned *used; // blocks that are not empty
    unsigned num_used;
};

static struct image images[DISK_NUM_IMAGES];
static const struct image *image;
static uint8_t now[MAX_BLOCKS * DISK_BLOCK], safe[MAX_BLOCKS * DISK_BLOCK];
static bool changed[MAX_BLOCKS];   // since the reset
static bool unflushed[MAX_BLOCKS]; // since the last flush
static unsigned num_writes, writes_left;
static bool is_cut;

static bool is_empty(const uint8_t *block)
{
    return block[0] == 0 && memcmp(block, block + 1, DISK_BLOCK - 1) == 0;
}

// The uncompressed length of a gzip file, at most that of `now`; 0: it cannot be read. (gzopen()
// asks for positions, which a task in its sandbox must not even before its filter is in place.)
static size_t read_gzip(const char *path, uint8_t *bytes)
{
    static uint8_t packed[sizeof(now) / 8];
    FILE *file = fopen(path, "rb");
    z_stream z = {.next_in = packed, .next_out = bytes, .avail_out = sizeof(now)};
    if (!file)
        return 0;
    z.avail_in = (unsigned)fread(packed, 1, sizeof(packed), file);
    fclose(file);
    bool ended = inflateInit2(&z, 15 + 16) == Z_OK && inflate(&z, Z_FINISH) == Z_STREAM_END;
    inflateEnd(&z);
    return ended ? z.total_out : 0;
}

static void load(struct image *loaded, const char *name)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s.gz", TEST_EXT4_IMAGES, name);
    loaded->bytes = malloc(sizeof(now));
    loaded->used = calloc(MAX_BLOCKS, sizeof(*loaded->used));
    size_t len = loaded->bytes ? read_gzip(path, loaded->bytes) : 0;
    if (len == 0 || !loaded->used) {
        fprintf(stderr, "%s cannot be read\n", path);
        abort();
    }
    loaded->num_blocks = (unsigned)(len / DISK_BLOCK);
    for (unsigned i = 0; i < loaded->num_blocks; i++) {
        if (!is_empty(&loaded->bytes[i * DISK_BLOCK]))
            loaded->used[loaded->num_used++] = i;
    }
}

static void copy_block(uint8_t *to, const uint8_t *from, unsigned block)
{
    memcpy(&to[block * DISK_BLOCK], &from[block * DISK_BLOCK], DISK_BLOCK);
}

void disk_reset(enum disk_image which)
{
    static const char *const names[DISK_NUM_IMAGES] = {"ext4", "ext2", "inline", "recover"};
    for (int i = 0; i < DISK_NUM_IMAGES && !images[i].bytes; i++)
        load(&images[i], names[i]);
    for (unsigned i = 0; i < images[which].num_blocks; i++) {
        if (image == &images[which] && !changed[i])
            continue;
        copy_block(now, images[which].bytes, i);
        copy_block(safe, images[which].bytes, i);
    }
    image = &images[which];
    memset(changed, 0, sizeof(changed));
    memset(unflushed, 0, sizeof(unflushed));
    num_writes = writes_left = 0;
    is_cut = false;
}

void disk_patch(unsigned block, unsigned at, const uint8_t *bytes, size_t len)
{
    unsigned number = image->used[block % image->num_used];
    at %= DISK_BLOCK;
    len = MIN(len, (size_t)(DISK_BLOCK - at));
    memcpy(&now[number * DISK_BLOCK + at], bytes, len);
    copy_block(safe, now, number);
    changed[number] = true;
}

void disk_cut_after(unsigned writes)
{
    writes_left = writes;
}

bool disk_is_cut(void)
{
    return is_cut;
}

void disk_restart(uint32_t seed)
{
    for (unsigned i = 0; i < image->num_blocks; i++) {
        if (!unflushed[i])
            continue;
        seed = seed * 1664525u + 1013904223u;
        if (seed >> 31)
            copy_block(safe, now, i);
        else
            copy_block(now, safe, i);
        unflushed[i] = false;
    }
    is_cut = false;
    writes_left = 0;
}

unsigned disk_num_writes(void)
{
    return num_writes;
}

// --- The device ---------------------------------------------------------------------------------

static error_t check_range(uint64_t offset, size_t len)
{
    uint64_t size = (uint64_t)image->num_blocks * DISK_BLOCK;
    if (is_cut)
        return ERR_UNAVAILABLE;
    if (offset % DEVICE_SECTOR != 0 || len % DEVICE_SECTOR != 0)
        abort(); // that it never asks for
    return offset > size || len > size - offset ? ERR_INVALID_ARG : OK;
}

static error_t read_disk(void *arg, uint64_t offset, void *data, size_t len)
{
    (void)arg;
    OK_OR_RETURN(check_range(offset, len));
    memcpy(data, &now[offset], len);
    return OK;
}

// A write that is cut off has written any part of itself.
static error_t write_disk(void *arg, uint64_t offset, const void *data, size_t len)
{
    (void)arg;
    OK_OR_RETURN(check_range(offset, len));
    num_writes++;
    memcpy(&now[offset], data, len);
    for (uint64_t block = offset / DISK_BLOCK; block * DISK_BLOCK < offset + len; block++)
        changed[block] = unflushed[block] = true;
    is_cut = writes_left > 0 && --writes_left == 0;
    return is_cut ? ERR_UNAVAILABLE : OK;
}

static error_t flush_disk(void *arg)
{
    (void)arg;
    OK_OR_RETURN(check_range(0, 0));
    for (unsigned i = 0; i < image->num_blocks; i++) {
        if (unflushed[i])
            copy_block(safe, now, i);
        unflushed[i] = false;
    }
    return OK;
}

const struct device disk_device = {.read = read_disk, .write = write_disk, .flush = flush_disk};
