// Tests the requests of a disk on a device in memory. The device completes transfers in any order
// and in part, and fails where a test wants it. Clients must get the same answers as from a device
// that serves one request after the other.
#include "request.h"
#include "run_tests.h"
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SECTOR    512u
#define BLOCK     4096u
#define DISK_LEN  (16u * BLOCK)
#define MAX_UNDER 12u

static uint8_t disk[DISK_LEN];

// Performs one transfer as the device: all of it, or the first `max` bytes.
static int64_t perform(const struct io *io, uint64_t max)
{
    uint64_t len = io->len < max ? io->len : max;
    if (io->kind == IO_FLUSH)
        return 0;
    ck_assert_uint_le(io->offset + io->len, DISK_LEN);
    if (io->kind == IO_DISCARD) {
        memset(&disk[io->offset], 0, io->len);
        return 0;
    }
    if (io->kind == IO_READ)
        memcpy(io->buf, &disk[io->offset], len);
    else
        memcpy(&disk[io->offset], io->buf, len);
    return (int64_t)len;
}

static void run_to_end(struct request *request)
{
    struct io io;
    do {
        request_transfer(request, &io);
    } while (!request_advance(request, perform(&io, UINT64_MAX)));
}

START_TEST(transfers_are_whole_aligned_blocks)
{
    static const struct {
        uint64_t begin, end, first, last;
        unsigned transfers;
    } writes[] = {
        {0, BLOCK, 0, BLOCK, 1},
        {BLOCK, 3 * BLOCK, BLOCK, 3 * BLOCK, 1},
        {SECTOR, 2 * SECTOR, 0, BLOCK, 2},
        {BLOCK - SECTOR, BLOCK + SECTOR, 0, 2 * BLOCK, 2},
        {BLOCK, 2 * BLOCK + SECTOR, BLOCK, 3 * BLOCK, 2},
        {DISK_LEN - SECTOR, DISK_LEN, DISK_LEN - BLOCK, DISK_LEN, 2},
    };
    uint8_t data[4 * BLOCK], before[DISK_LEN];
    unsigned num = 0;
    struct io io;
    memset(data, 0xd5, sizeof(data));
    memset(disk, 0x11, sizeof(disk));
    memcpy(before, disk, sizeof(disk));
    uint64_t begin = writes[_i].begin, end = writes[_i].end;
    struct request *request = request_new(1, IO_WRITE, begin, end, data, BLOCK);
    do {
        num++;
        request_transfer(request, &io);
        ck_assert_uint_eq(io.offset, writes[_i].first);
        ck_assert_uint_eq(io.offset + io.len, writes[_i].last);
        ck_assert_uint_eq((uintptr_t)io.buf % BLOCK, 0);
    } while (!request_advance(request, perform(&io, UINT64_MAX)));
    ck_assert_uint_eq(num, writes[_i].transfers);
    ck_assert_int_eq(request_answer(request), OK);
    request_free(request);
    memset(&before[begin], 0xd5, end - begin);
    ck_assert_mem_eq(disk, before, sizeof(disk));
}
END_TEST

START_TEST(transfers_that_end_early_are_continued)
{
    uint8_t data[3 * BLOCK];
    struct io io;
    unsigned num = 0;
    memset(data, 0x77, sizeof(data));
    memset(disk, 0, sizeof(disk));
    struct request *request = request_new(1, IO_WRITE, BLOCK, 4 * BLOCK, data, BLOCK);
    do {
        request_transfer(request, &io);
        num++;
    } while (!request_advance(request, perform(&io, BLOCK + 100)));
    ck_assert_uint_eq(num, 3);
    request_free(request);
    ck_assert_mem_eq(&disk[BLOCK], data, sizeof(data));
    ck_assert_uint_eq(disk[4 * BLOCK], 0);
}
END_TEST

// An interrupted transfer is repeated. A transfer that moves no byte means that the file has shrunk
// and ends there.
START_TEST(transfers_that_move_nothing_do_not_go_on_for_ever)
{
    struct request *request = request_new(1, IO_READ, 0, BLOCK, NULL, BLOCK);
    ck_assert(!request_advance(request, -EINTR));
    ck_assert(!request_advance(request, -EAGAIN));
    ck_assert(request_advance(request, 0));
    ck_assert_int_eq(request_answer(request), ERR_UNAVAILABLE);
    request_free(request);
    request = request_new(1, IO_READ, 0, BLOCK, NULL, BLOCK);
    ck_assert(request_advance(request, SECTOR));
    ck_assert_int_eq(request_answer(request), ERR_UNAVAILABLE);
    request_free(request);
}
END_TEST

START_TEST(every_error_has_an_answer)
{
    static const struct {
        enum io_kind kind;
        int error;
        error_t answer;
    } table[] = {
        {IO_READ, EIO, ERR_UNAVAILABLE},          {IO_READ, EINVAL, ERR_UNAVAILABLE},
        {IO_WRITE, ENOSPC, ERR_NO_SPACE},         {IO_WRITE, EDQUOT, ERR_NO_SPACE},
        {IO_WRITE, EFBIG, ERR_NO_SPACE},          {IO_WRITE, EIO, ERR_UNAVAILABLE},
        {IO_WRITE, EROFS, ERR_NOT_PERMITTED},     {IO_FLUSH, EIO, ERR_UNAVAILABLE},
        {IO_FLUSH, ENOSPC, ERR_NO_SPACE},         {IO_DISCARD, EOPNOTSUPP, ERR_NOT_ACCEPTABLE},
        {IO_DISCARD, ENOSYS, ERR_NOT_ACCEPTABLE}, {IO_DISCARD, EINVAL, ERR_INVALID_ARG},
        {IO_READ, 4095, ERR_UNAVAILABLE},
    };
    uint8_t data[SECTOR] = {0};
    struct request *request = request_new(1, table[_i].kind, 0, SECTOR, data, SECTOR);
    ck_assert(request_advance(request, -table[_i].error));
    ck_assert_int_eq(request_answer(request), table[_i].answer);
    request_free(request);
}
END_TEST

// --- Order --------------------------------------------------------------------------------------

// Whether the second of two requests may start while the first is under way.
static bool may_overlap(enum io_kind first, unsigned first_at, enum io_kind second,
                        unsigned second_at)
{
    static uint8_t data[2 * SECTOR];
    struct queue queue;
    queue_init(&queue);
    uint64_t a = (uint64_t)first_at * SECTOR, b = (uint64_t)second_at * SECTOR;
    struct request *one = request_new(1, first, a, a + 2 * SECTOR, data, SECTOR);
    struct request *two = request_new(2, second, b, b + 2 * SECTOR, data, SECTOR);
    queue_add(&queue, one);
    queue_add(&queue, two);
    ck_assert_ptr_eq(queue_start(&queue), one);
    bool may = queue_start(&queue) == two;
    ck_assert_ptr_eq(queue_start(&queue), NULL);
    queue_remove(&queue, one);
    if (!may)
        ck_assert_ptr_eq(queue_start(&queue), two);
    queue_remove(&queue, two);
    ck_assert_uint_eq(queue.num + queue.num_waiting + queue.size, 0);
    request_free(one);
    request_free(two);
    return may;
}

START_TEST(only_what_does_not_matter_may_overtake)
{
    ck_assert(may_overlap(IO_READ, 0, IO_READ, 0));
    ck_assert(may_overlap(IO_WRITE, 0, IO_WRITE, 2));
    ck_assert(may_overlap(IO_READ, 2, IO_WRITE, 0));
    ck_assert(!may_overlap(IO_WRITE, 0, IO_READ, 1));
    ck_assert(!may_overlap(IO_READ, 1, IO_WRITE, 0));
    ck_assert(!may_overlap(IO_WRITE, 1, IO_WRITE, 0));
    ck_assert(!may_overlap(IO_DISCARD, 0, IO_READ, 1));
    ck_assert(!may_overlap(IO_WRITE, 0, IO_DISCARD, 1));
}
END_TEST

START_TEST(flushes_come_after_the_changes_before_them)
{
    ck_assert(!may_overlap(IO_WRITE, 5, IO_FLUSH, 0));
    ck_assert(!may_overlap(IO_DISCARD, 5, IO_FLUSH, 0));
    ck_assert(may_overlap(IO_READ, 0, IO_FLUSH, 0));
    ck_assert(may_overlap(IO_FLUSH, 0, IO_FLUSH, 0));
    ck_assert(may_overlap(IO_FLUSH, 0, IO_WRITE, 0));
}
END_TEST

// If the device writes whole blocks, two sectors of one block conflict.
START_TEST(writes_to_one_block_do_not_undo_each_other)
{
    uint8_t data[SECTOR];
    struct queue queue;
    struct request *requests[BLOCK / SECTOR];
    queue_init(&queue);
    memset(disk, 0, BLOCK);
    for (unsigned i = 0; i < BLOCK / SECTOR; i++) {
        memset(data, (int)i + 1, SECTOR);
        requests[i] = request_new((task_t)i, IO_WRITE, i * SECTOR, (i + 1) * SECTOR, data, BLOCK);
        queue_add(&queue, requests[i]);
    }
    for (unsigned i = 0; i < BLOCK / SECTOR; i++) {
        ck_assert_ptr_eq(queue_start(&queue), requests[i]);
        ck_assert_ptr_eq(queue_start(&queue), NULL);
        run_to_end(requests[i]);
        queue_remove(&queue, requests[i]);
        request_free(requests[i]);
    }
    for (unsigned i = 0; i < BLOCK; i++)
        ck_assert_uint_eq(disk[i], i / SECTOR + 1);
}
END_TEST

// --- Random requests ----------------------------------------------------------------------------

static uint64_t state;

static unsigned next_random(unsigned below)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % below;
}

// A request and its right result. `model` is the device's contents after all earlier requests.
struct expected {
    struct request *request;
    uint8_t *bytes;
};

static uint8_t model[DISK_LEN];

static struct expected make_request(task_t client, uint32_t align)
{
    static uint8_t data[DISK_LEN];
    static const enum io_kind kinds[] = {IO_READ,  IO_READ,  IO_READ,   IO_WRITE,
                                         IO_WRITE, IO_FLUSH, IO_DISCARD};
    enum io_kind kind = kinds[next_random(7)];
    uint64_t begin = next_random(DISK_LEN / SECTOR) * (uint64_t)SECTOR;
    uint64_t max = (DISK_LEN - begin) / SECTOR;
    uint64_t end = begin + (1 + next_random(max < 24 ? (unsigned)max : 24)) * (uint64_t)SECTOR;
    end = end < DISK_LEN ? end : DISK_LEN;
    struct expected expected = {0};
    if (kind == IO_FLUSH)
        begin = end = 0;
    if (kind == IO_WRITE) {
        memset(data, (int)next_random(256), end - begin);
        memcpy(&model[begin], data, end - begin);
    } else if (kind == IO_DISCARD) {
        memset(&model[begin], 0, end - begin);
    } else if (kind == IO_READ) {
        expected.bytes = malloc(end - begin);
        memcpy(expected.bytes, &model[begin], end - begin);
    }
    expected.request = request_new(client, kind, begin, end, data, align);
    return expected;
}

static void check_answer(struct expected *expected)
{
    struct request *request = expected->request;
    ck_assert_int_eq(request_answer(request), OK);
    if (request->kind == IO_READ)
        ck_assert_mem_eq(request_bytes(request), expected->bytes, request->end - request->begin);
    free(expected->bytes);
    request_free(request);
    expected->request = NULL;
}

// Performs any one of the transfers under way, perhaps only in part.
static void perform_one(struct queue *queue, struct expected *all)
{
    unsigned i = next_random(MAX_UNDER);
    struct request *request = all[i].request;
    struct io io;
    if (!request || !request->started)
        return;
    request_transfer(request, &io);
    uint64_t max = next_random(4) ? UINT64_MAX : request->align * (1ull + next_random(3)) + 7;
    int64_t result = next_random(16) ? perform(&io, max) : -EINTR;
    if (request_advance(request, result)) {
        queue_remove(queue, request);
        check_answer(&all[i]);
    }
    while (queue_start(queue))
        continue;
}

START_TEST(any_order_gives_what_one_after_the_other_gives)
{
    struct queue queue;
    struct expected all[MAX_UNDER] = {{0}};
    queue_init(&queue);
    state = (uint64_t)_i;
    memset(disk, 0, sizeof(disk));
    memset(model, 0, sizeof(model));
    for (unsigned round = 0; round < 4000; round++) {
        unsigned i = next_random(MAX_UNDER);
        if (!all[i].request && next_random(2)) {
            all[i] = make_request((task_t)i + 1, _i % 2 ? BLOCK : SECTOR);
            queue_add(&queue, all[i].request);
            while (queue_start(&queue))
                continue;
        }
        perform_one(&queue, all);
    }
    while (queue.num > 0)
        perform_one(&queue, all);
    ck_assert_mem_eq(disk, model, sizeof(disk));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("disk_request");
    TCase *tcase = tcase_create("disk_request");
    tcase_add_loop_test(tcase, transfers_are_whole_aligned_blocks, 0, 6);
    tcase_add_test(tcase, transfers_that_end_early_are_continued);
    tcase_add_test(tcase, transfers_that_move_nothing_do_not_go_on_for_ever);
    tcase_add_loop_test(tcase, every_error_has_an_answer, 0, 13);
    tcase_add_test(tcase, only_what_does_not_matter_may_overtake);
    tcase_add_test(tcase, flushes_come_after_the_changes_before_them);
    tcase_add_test(tcase, writes_to_one_block_do_not_undo_each_other);
    tcase_add_loop_test(tcase, any_order_gives_what_one_after_the_other_gives, 0, 40);
    suite_add_tcase(suite, tcase);
    return run_check(suite);
}
