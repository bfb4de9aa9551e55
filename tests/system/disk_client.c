// Clients of `blk` for disk.sh. A sector holds one line of text, padded with blanks, which the
// script can make with awk:
//   "sector S value V"
// The first argument says what the client does. It prints failures and ends with status 1.
#include <idl/blk.h>
#include <idl/task.h>
#include <message.h>
#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <resea/syscall.h>
#include <stdlib.h>
#include <string.h>

#define SECTOR       BLK_SECTOR_SIZE
#define LOG_SECTORS  16 // the sectors of one client that logs
#define MAX_CHILDREN 32

static task_t disk;
static uint64_t num_sectors;
static uint64_t state = 1;

static unsigned next_random(unsigned below)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % below;
}

static void __noreturn fail(const char *what, uint64_t sector, error_t err)
{
    printf("FAILED: %s at sector %llu: %s\n", what, (unsigned long long)sector, err2str(err));
    exit(EXIT_FAILURE);
}

static unsigned number(int i)
{
    return task_argc() > i ? (unsigned)strtoul(task_argv()[i], NULL, 10) : 0;
}

static void make_sector(uint8_t *to, uint64_t sector, unsigned value)
{
    char text[SECTOR + 1], line[64];
    snprintf(line, sizeof(line), "sector %llu value %u", (unsigned long long)sector, value);
    snprintf(text, sizeof(text), "%-511s\n", line);
    memcpy(to, text, SECTOR);
}

static uint8_t *make_sectors(uint64_t sector, size_t num, unsigned value)
{
    uint8_t *data = malloc(num * SECTOR);
    ASSERT(data);
    for (size_t i = 0; i < num; i++)
        make_sector(&data[i * SECTOR], sector + i, value);
    return data;
}

static void write_sectors(uint64_t sector, size_t num, unsigned value)
{
    uint8_t *data = make_sectors(sector, num, value);
    error_t err = blk_write(disk, sector, data, num * SECTOR);
    free(data);
    if (IS_ERROR(err))
        fail("write", sector, err);
}

static void expect_sectors(uint64_t sector, size_t num, unsigned value)
{
    void *got;
    size_t len;
    error_t err = blk_read(disk, sector, num, &got, &len);
    if (IS_ERROR(err))
        fail("read", sector, err);
    uint8_t *expected = make_sectors(sector, num, value);
    if (len != num * SECTOR || memcmp(got, expected, len) != 0)
        fail("other contents", sector, OK);
    free(expected);
    free(got);
}

// Writes pieces of all sizes, and reads pieces of other sizes.
static void fill(unsigned value)
{
    static const unsigned sizes[] = {1, 8, 7, 64, 1, 255, 2048};
    uint64_t at = 0;
    for (unsigned i = 0; at < num_sectors; i++) {
        size_t num = MIN((uint64_t)sizes[i % 7], num_sectors - at);
        write_sectors(at, num, value);
        at += num;
    }
    for (at = 0; at < num_sectors; at += 100)
        expect_sectors(at, MIN((uint64_t)100, num_sectors - at), value);
    error_t err = blk_flush(disk);
    if (IS_ERROR(err))
        fail("flush", 0, err);
}

// --- Many at once -------------------------------------------------------------------------------

static void await_children(unsigned num)
{
    while (num > 0) {
        struct message m;
        if (IS_ERROR(ipc_recv(IPC_ANY, &m)) || m.type != NOTIFICATIONS_MSG)
            continue;
        while (async_recv(VM_TASK, &m) == OK)
            num -= m.type == TASK_EXITED_MSG;
    }
}

// Launches `num` clients, each of which writes every num-th sector `rounds` times. Neighbouring
// sectors of a block thus belong to different clients. Then checks the result.
static void crowd(unsigned num, unsigned rounds)
{
    for (unsigned i = 0; i < num; i++) {
        char line[64];
        task_t child;
        snprintf(line, sizeof(line), "client stripe %u %u %u", i, num, rounds);
        ASSERT_OK(task_launch(VM_TASK, line, &child));
        ASSERT_OK(task_watch(VM_TASK, child));
    }
    await_children(num);
    for (uint64_t at = 0; at < num_sectors; at += 64)
        expect_sectors(at, MIN((uint64_t)64, num_sectors - at), rounds);
}

static void stripe(unsigned index, unsigned num, unsigned rounds)
{
    state = index + 1;
    uint64_t count = (num_sectors - index + num - 1) / num;
    for (unsigned round = 1; round <= rounds; round++) {
        uint64_t first = next_random((unsigned)count);
        for (uint64_t i = 0; i < count; i++) {
            uint64_t sector = index + (first + i) % count * num;
            write_sectors(sector, 1, round);
            if (next_random(4) == 0)
                expect_sectors(sector, 1, round);
        }
    }
}

// --- A disk that ends and comes back ------------------------------------------------------------

// Writes, flushes and reads the client's own sectors once.
static error_t log_value(uint64_t sector, const uint8_t *data)
{
    void *got;
    size_t len;
    OK_OR_RETURN(blk_write(disk, sector, data, LOG_SECTORS * SECTOR));
    OK_OR_RETURN(blk_flush(disk));
    OK_OR_RETURN(blk_read(disk, sector, LOG_SECTORS, &got, &len));
    if (len != LOG_SECTORS * SECTOR || memcmp(got, data, len) != 0)
        fail("other contents", sector, OK);
    free(got);
    return OK;
}

// Writes its own sectors with a higher value each time, and prints which value was flushed. When
// the disk has ended, it looks the disk up again. The generated stubs repeat a call once, which is
// not enough if the next disk ends as well.
static void log_values(unsigned index)
{
    for (unsigned value = 1;; value++) {
        uint64_t sector = index * LOG_SECTORS;
        uint8_t *data = make_sectors(sector, LOG_SECTORS, value);
        error_t err;
        while ((err = log_value(sector, data)) == ERR_ABORTED || err == ERR_INVALID_TASK) {
            task_t again = ipc_lookup("blk");
            if (again > 0)
                disk = again;
        }
        free(data);
        if (IS_ERROR(err))
            fail("log", sector, err);
        printf("client %u flushed %u\n", index, value);
    }
}

// Writes and reads large pieces of the second half for ever.
static void load(void)
{
    size_t num = MIN(num_sectors / 2, (uint64_t)4096);
    for (unsigned value = 1;; value++) {
        void *data;
        size_t len;
        write_sectors(num_sectors / 2, num, value);
        error_t err = blk_read(disk, num_sectors / 2, num, &data, &len);
        if (IS_ERROR(err))
            fail("read", num_sectors / 2, err);
        free(data);
    }
}

// Reads until the disk has ended or fails.
static void read_to_the_end(void)
{
    error_t err;
    puts("reading");
    do {
        void *data;
        size_t len;
        err = blk_read(disk, num_sectors - 1, 1, &data, &len);
        if (IS_OK(err))
            free(data);
    } while (IS_OK(err));
    printf("ended by %s\n", err2str(err));
}

// --- Refusals -----------------------------------------------------------------------------------

// Writes to a sparse disk until the file system that holds its file is full. Then discards sectors
// and goes on.
static void overfill(void)
{
    error_t err = OK;
    uint64_t at;
    for (at = 0; at + 64 <= num_sectors && IS_OK(err); at += IS_OK(err) ? 64 : 0) {
        uint8_t *data = make_sectors(at, 64, 1);
        err = blk_write(disk, at, data, 64 * SECTOR);
        free(data);
    }
    printf("full: %s\n", err2str(err));
    if (at < 64)
        fail("full at once", at, err);
    expect_sectors(0, 64, 1);
    err = blk_discard(disk, 0, 64);
    if (IS_ERROR(err))
        fail("discard", 0, err);
    write_sectors(at, 64, 1);
    expect_sectors(at, 64, 1);
}

static void read_only(void)
{
    uint8_t data[SECTOR] = {0};
    offset_t num;
    unsigned sector_size, block_size;
    bool is_read_only = false;
    ASSERT_OK(blk_info(disk, &num, &sector_size, &block_size, &is_read_only));
    ASSERT(is_read_only);
    ASSERT(blk_write(disk, 0, data, SECTOR) == ERR_NOT_PERMITTED);
    ASSERT(blk_discard(disk, 0, 1) == ERR_NOT_PERMITTED);
    ASSERT_OK(blk_flush(disk));
    expect_sectors(0, num, number(2));
}

// Sends requests without waiting for their answers. The disk answers with errors and harms no other
// client.
static void abandon(void)
{
    struct message m;
    unsigned num_refused = 0;
    for (unsigned i = 0; i < 1000; i++) {
        memset(&m, 0, sizeof(m));
        m.type = BLK_READ_MSG;
        m.blk_read.num_sectors = num_sectors;
        ASSERT_OK(ipc_send(disk, &m));
    }
    memset(&m, 0, sizeof(m));
    while (sys_ipc(0, IPC_ANY, &m, IPC_RECV | IPC_NOBLOCK) != ERR_WOULD_BLOCK) {
        num_refused += m.type < 0;
        ipc_free_payloads(&m);
    }
    expect_sectors(0, 1, number(2));
    printf("abandoned, %u refusals\n", num_refused);
}

void main(void)
{
    offset_t num;
    unsigned sector_size, block_size;
    bool is_read_only;
    const char *what = task_argc() > 1 ? task_argv()[1] : "";
    disk = ipc_lookup("blk");
    ASSERT(disk > 0);
    ASSERT_OK(blk_info(disk, &num, &sector_size, &block_size, &is_read_only));
    num_sectors = num;
    if (!strcmp(what, "fill"))
        fill(number(2));
    else if (!strcmp(what, "crowd"))
        crowd(number(2), number(3));
    else if (!strcmp(what, "stripe"))
        stripe(number(2), number(3), number(4));
    else if (!strcmp(what, "log"))
        log_values(number(2));
    else if (!strcmp(what, "load"))
        load();
    else if (!strcmp(what, "read"))
        read_to_the_end();
    else if (!strcmp(what, "overfill"))
        overfill();
    else if (!strcmp(what, "read-only"))
        read_only();
    else if (!strcmp(what, "abandon"))
        abandon();
    else
        fail("no such case", 0, OK);
    printf("done in blocks of %u\n", block_size);
}
