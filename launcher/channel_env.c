// See channel_env.h.
#include "channel_env.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include "doorbells.h"
#include "descriptors.h"
#include "digests.h"
#include "log.h"
#include "message_names.h"
#include "stop.h"
#include "talk.h"

static bool may_talk(void *ctx, task_t a, task_t b)
{
    (void)ctx;
    const char *from = task_find(a)->spec->name, *to = task_find(b)->spec->name;
    bool may = manifest_may_talk(task_find(a)->spec, task_find(b)->spec);
    if (!may)
        log_verbose(1, "task %s may not talk to %s: 'calls = %s' in [task %s] would allow it", from,
                    to, to, from);
    return may;
}

static struct talk_table *table;
static int table_fd = -1;

bool channel_table_make(void)
{
    int fd;
    if (!make_memfd("channels", sizeof(*table), &fd, &table_fd))
        return false;
    void *addr = mmap(NULL, sizeof(*table), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (addr == MAP_FAILED)
        return false;
    table = addr;
    return true;
}

int channel_table_open(void)
{
    return fcntl(table_fd, F_DUPFD_CLOEXEC, 0);
}

static void allow_pair(void *ctx, task_t a, task_t b)
{
    (void)ctx;
    talk_allow(table, a, b);
}

// At the end of the suite vm is not told of ends any more, and no slot is used again. The entries
// stay, so that late senders see a dead task, not one that they may not talk to.
static void revoke_task(void *ctx, task_t task)
{
    (void)ctx;
    if (!stop_has_begun())
        talk_revoke(table, task);
}

static bool make_pair(void *ctx, int ends[2])
{
    (void)ctx;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0) {
        bool refused = refuse_fds(ends[0]) && refuse_fds(ends[1]);
        if (refused || !fds_are_refused())
            return true;
        close(ends[0]);
        close(ends[1]);
    }
    log_error("cannot make a channel: %m");
    return false;
}

static int open_page(void *ctx, task_t id)
{
    (void)ctx;
    return fcntl(task_find(id)->page_fd, F_DUPFD_CLOEXEC, 0);
}

static void close_descriptor(void *ctx, int fd)
{
    (void)ctx;
    close(fd);
}

static void report_refused(const struct task *a, const struct task *b, const uint16_t *numbers,
                           unsigned count)
{
    char *first = message_label(numbers[0]);
    char *more = count > 1 ? xasprintf(" and %u other messages", count - 1) : xstrdup("");
    log_error("%s and %s were built with different versions of %s%s, which are refused",
              a->spec->name, b->spec->name, first, more);
    free(first);
    free(more);
}

static void describe(void *ctx, task_t id_a, task_t id_b, struct control_grant *grant)
{
    (void)ctx;
    const struct task *a = task_find(id_a), *b = task_find(id_b);
    uint16_t *numbers;
    grant->ool_len = b->spec->ool_len;
    grant->num_refused = digests_compare(a, b, &numbers);
    for (unsigned at = 0; at < grant->num_refused; at += CONTROL_MAX_REFUSED) {
        struct packet packet = {.type = CTL_REFUSED, .word = wire_word(WIRE_CONTROL, 0, 0)};
        unsigned left = grant->num_refused - at;
        packet.refused.task = id_b;
        packet.refused.count = left < CONTROL_MAX_REFUSED ? left : CONTROL_MAX_REFUSED;
        memcpy(packet.refused.numbers, numbers + at, packet.refused.count * sizeof(*numbers));
        channels_push(&suite.channels, id_a, &packet, NULL, 0);
    }
    if (grant->num_refused > 0 && id_a < id_b) // once: the other task gets a grant too
        report_refused(a, b, numbers, grant->num_refused);
    free(numbers);
}

// A task with more channels gets small rings, because its address space is limited.
#define MANY_CHANNELS 64

static unsigned count_channels(task_t id)
{
    unsigned count = 0;
    for (int slot = 1; slot < CONFIG_NUM_TASKS; slot++)
        count += suite.channels.halves[TASK_SLOT(id)][slot] != HALF_NONE;
    return count;
}

static uint32_t ring_size(void *ctx, task_t id_a, task_t id_b)
{
    (void)ctx;
    const struct task_spec *a = task_find(id_a)->spec, *b = task_find(id_b)->spec;
    if (!manifest_uses_shm(&suite.manifest, a, b))
        return 0;
    uint32_t size = MIN(a->ring_size, b->ring_size);
    bool many = count_channels(id_a) > MANY_CHANNELS || count_channels(id_b) > MANY_CHANNELS;
    return many ? MIN(size, SMALL_RING) : size;
}

uint64_t task_shared_bytes(const struct task *task)
{
    const struct task_spec *spec = task->spec;
    uint64_t bytes = spec->shared_bytes + STATE_PAGE_SIZE;
    if (task->id != VM_TASK)
        bytes += ool_landing_len((size_t)spec->ool_len);
    for (int slot = TASK_SLOT(VM_TASK) + 1; slot < CONFIG_NUM_TASKS; slot++) {
        const struct task *peer = suite.tasks[slot];
        uint32_t ring = 0;
        if (peer && suite.channels.halves[TASK_SLOT(task->id)][slot] != HALF_NONE)
            ring = ring_size(NULL, task->id, peer->id);
        bytes += ring ? REGION_SIZE(ring) : 0;
    }
    return bytes;
}

static bool make_region(void *ctx, uint32_t size, int *rw, int *ro)
{
    (void)ctx;
    if (make_memfd("region", REGION_SIZE(size), rw, ro))
        return true;
    log_error("cannot make the memory of a channel: %s", error_text(errno));
    return false;
}

// A task that could not be started has left the table already, and no other task knows it.
static void mark_ended(void *ctx, task_t id)
{
    (void)ctx;
    struct task *task = task_find(id);
    if (task)
        doorbell_mark_ended(task);
}

static void wake_waiters(void *ctx, task_t id)
{
    (void)ctx;
    struct task *task = task_find(id);
    if (task)
        doorbell_ring_all(task);
}

const struct channel_env channel_env = {
    .may_talk = may_talk,
    .allow = allow_pair,
    .revoke = revoke_task,
    .make_pair = make_pair,
    .open_page = open_page,
    .close_fd = close_descriptor,
    .describe = describe,
    .ring_size = ring_size,
    .make_region = make_region,
    .mark_ended = mark_ended,
    .wake_waiters = wake_waiters,
};
