// disk: serves `blk` from a host file or block device, which the suite gives as file.disk (with
// `rw` behind it, unless it is only to be read). Arguments:
//   buffered    no O_DIRECT: through the host's page cache
//   plain       no io_uring: one request at a time
//   4096        transfers of whole blocks of 4096 bytes, also where 512 would do
//
// Has only the handlers. device.c has the file, engine.c and ring.c move bytes, request.c splits a
// request into transfers, and queue.c decides which requests may overtake which.
//
// A request is answered when it is done, so as many can be under way as there are clients. Its
// memory belongs to the disk until it is done, even if its client ends.
//
// Sandbox: profile "disk": what every task needs, and io_uring_enter, pread64, pwrite64, fdatasync
// and the punching of holes. The ring is made in oolong_prepare(), and can do nothing else.
#include <config.h>
#include <driver/irq.h>
#include <idl/blk_server.h>
#include <message.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/syscall.h>
#include <resea/task.h>
#include <stdlib.h>
#include <string.h>
#include "device.h"
#include "engine.h"
#include "request.h"

#define RING_IRQ       1
#define LOCK_WAIT_MS   5000
#define MAX_SIZE       ((size_t)64 << 20) // of requests: with more, none is received
#define MAX_COMPLAINTS 20

static struct device device;
static struct queue queue;
static const char *no_ring;
static char open_error[DEVICE_ERROR_LEN];
// Data that a failed flush did not write is lost. The kernel reports that only once.
static error_t flush_error;

static bool has_argument(const char *word)
{
    for (int i = 1; i < task_argc(); i++) {
        if (strcmp(task_argv()[i], word) == 0)
            return true;
    }
    return false;
}

void oolong_prepare(void)
{
    int fd = task_file("disk");
    if (fd < 0)
        strcpy(open_error, "the suite gives no file.disk");
    else if (IS_OK(device_open(&device, fd, !has_argument("buffered"), LOCK_WAIT_MS, open_error)))
        engine_prepare(fd, device.blk.read_only, !has_argument("plain"), &no_ring);
    if (has_argument("4096") && !open_error[0] && !device_widen(&device, 4096))
        strcpy(open_error, "its length is not a multiple of 4096");
}

// --- Requests -----------------------------------------------------------------------------------

static void complain(const struct request *request)
{
    static const char *const names[] = {"read", "write", "flush", "discard"};
    static unsigned num;
    if (num++ < MAX_COMPLAINTS)
        WARN("cannot %s %llu bytes at %llu: %s%s", names[request->kind],
             (unsigned long long)(request->end - request->begin),
             (unsigned long long)request->begin, strerror(request->error),
             num == MAX_COMPLAINTS ? " (and so on)" : "");
}

static void answer(struct request *request)
{
    error_t err = request_answer(request);
    if (IS_ERROR(err))
        complain(request);
    if (request->kind == IO_FLUSH && IS_ERROR(err))
        flush_error = err;
    if (IS_ERROR(err))
        ipc_reply_err(request->client, err);
    else if (request->kind == IO_READ)
        blk_read_reply(request->client, request_bytes(request), request->end - request->begin);
    else if (request->kind == IO_WRITE)
        blk_write_reply(request->client);
    else if (request->kind == IO_FLUSH)
        blk_flush_reply(request->client);
    else
        blk_discard_reply(request->client);
}

static void start_transfer(struct request *request)
{
    struct io io;
    request_transfer(request, &io);
    engine_start(&io);
}

static void start_what_may(void)
{
    struct request *request;
    while ((request = queue_start(&queue)))
        start_transfer(request);
}

static void serve_completions(void)
{
    void *cookie;
    int64_t result;
    while (engine_next(&cookie, &result)) {
        struct request *request = cookie;
        if (!request_advance(request, result)) {
            start_transfer(request);
            continue;
        }
        answer(request);
        queue_remove(&queue, request);
        request_free(request);
        start_what_may();
    }
}

// Adds a request, and returns the result for its handler. With too many requests, no more messages
// are received, so clients wait as for a slow disk.
static error_t take(task_t client, enum io_kind kind, offset_t sector, uint64_t len,
                    const void *data)
{
    if (queue_find(&queue, client))
        return ERR_IN_USE; // the client does not wait for the answer of its last one
    uint64_t begin = sector * BLK_SECTOR_SIZE;
    struct request *request = request_new(client, kind, begin, begin + len, data, device.align);
    if (!request)
        return ERR_NO_MEMORY;
    queue_add(&queue, request);
    start_what_may();
    while (queue.num >= ENGINE_MAX || queue.size > MAX_SIZE) {
        serve_completions();
        if (queue.num >= ENGINE_MAX || queue.size > MAX_SIZE)
            engine_wait();
    }
    return DONT_REPLY;
}

static error_t blk_do_read(task_t client, offset_t sector, size_t num_sectors, void **data,
                           size_t *data_len)
{
    (void)data, (void)data_len; // stays empty if there is nothing to read
    OK_OR_RETURN(blkcheck_read(&device.blk, sector, num_sectors));
    if (num_sectors == 0)
        return OK;
    return take(client, IO_READ, sector, num_sectors * BLK_SECTOR_SIZE, NULL);
}

static error_t blk_do_write(task_t client, offset_t sector, const void *data, size_t data_len)
{
    OK_OR_RETURN(blkcheck_write(&device.blk, sector, data_len));
    if (data_len == 0)
        return OK;
    return take(client, IO_WRITE, sector, data_len, data);
}

static error_t blk_do_flush(task_t client)
{
    if (device.blk.read_only || IS_ERROR(flush_error))
        return flush_error;
    return take(client, IO_FLUSH, 0, 0, NULL);
}

static error_t blk_do_discard(task_t client, offset_t sector, size_t num_sectors)
{
    OK_OR_RETURN(blkcheck_discard(&device.blk, sector, num_sectors));
    if (num_sectors == 0)
        return OK;
    return take(client, IO_DISCARD, sector, num_sectors * BLK_SECTOR_SIZE, NULL);
}

static error_t blk_do_info(task_t client, offset_t *num_sectors, unsigned *sector_size,
                           unsigned *block_size, bool *read_only)
{
    (void)client;
    *num_sectors = device.blk.num_sectors;
    *sector_size = BLK_SECTOR_SIZE;
    *block_size = device.direct ? device.align : MAX(device.align, (uint32_t)PAGE_SIZE);
    *read_only = device.blk.read_only;
    return OK;
}

static const struct blk_ops blk_ops = {
    .read = blk_do_read,
    .write = blk_do_write,
    .flush = blk_do_flush,
    .discard = blk_do_discard,
    .info = blk_do_info,
};

// --- The task -----------------------------------------------------------------------------------

static void check_arguments(void)
{
    for (int i = 1; i < task_argc(); i++) {
        const char *word = task_argv()[i];
        if (strcmp(word, "buffered") && strcmp(word, "plain") && strcmp(word, "4096")) {
            oolong_log("error: ", "%s: the arguments are buffered, plain and 4096", word);
            exit(EXIT_FAILURE);
        }
    }
    if (open_error[0]) {
        oolong_log("error: ", "file.disk: %s", open_error);
        exit(EXIT_FAILURE);
    }
}

static void introduce(void)
{
    INFO("%llu sectors%s, %s, %s", (unsigned long long)device.blk.num_sectors,
         device.blk.read_only ? ", read-only" : "",
         device.direct ? device.align > BLK_SECTOR_SIZE ? "O_DIRECT in blocks of 4096" : "O_DIRECT"
                       : "through the page cache",
         engine_has_ring() ? "io_uring" : "plain reads and writes");
    if (!engine_has_ring() && !has_argument("plain"))
        WARN("no io_uring (%s): one request at a time; see oolong doctor", no_ring);
}

// Receives a message. False: look for completions first. The transfers of all waiting messages are
// submitted together, when no message waits any more.
static bool receive(struct message *m)
{
    unsigned noblock = engine_has_unsubmitted() ? IPC_NOBLOCK : 0;
    error_t err = sys_ipc(0, IPC_ANY, m, IPC_RECV | noblock);
    if (noblock && err == ERR_WOULD_BLOCK)
        engine_submit();
    return IS_OK(err);
}

void main(void)
{
    check_arguments();
    queue_init(&queue);
    introduce();
    if (engine_has_ring())
        ASSERT_OK(irq_watch_fd(engine_fd(), RING_IRQ));
    ASSERT_OK(ipc_serve("blk"));

    while (true) {
        struct message m;
        serve_completions();
        if (!receive(&m))
            continue;
        if (m.type == NOTIFICATIONS_MSG) {
            serve_completions();
            if (m.notifications.data & NOTIFY_IRQ)
                ASSERT_OK(irq_watch_fd(engine_fd(), RING_IRQ));
        } else if (!blk_dispatch(&blk_ops, &m)) {
            discard_unknown_message(&m);
        }
    }
}
