// The launcher tells which methods the peer defines differently. A channel refuses all of them, or
// there is no channel. The test has its own channels and memory.

#include <stdbool.h>
#include <stdlib.h>
#include "run_tests.h"

static bool no_memory;

static void *fake_malloc(size_t size)
{
    return no_memory ? NULL : malloc(size);
}

#define malloc fake_malloc
#include "../../libipc/control.c"
#undef malloc

#define PEER 1000

struct self ipc_self;
static struct channel ch;
static bool is_open;

error_t link_add(task_t task, uint32_t chan, int fd, int page_fd)
{
    (void)task, (void)chan, (void)fd, (void)page_fd;
    ch = (struct channel){.task = PEER};
    is_open = true;
    return OK;
}

error_t link_add_shm(const struct control_grant *grant, const int fds[GRANT_NUM_FDS_OF_SHM])
{
    (void)grant, (void)fds;
    return ERR_NO_MEMORY;
}

void link_end(struct channel *channel, const char *why)
{
    (void)channel, (void)why;
    is_open = false;
}

struct channel *channel_find_any(task_t task)
{
    (void)task;
    return &ch;
}

struct channel *channel_find(task_t task)
{
    return channel_find_any(task);
}

error_t link_send(struct channel *channel, struct packet *packet, enum wire_kind kind, uint32_t seq,
                  uint32_t ack, bool block)
{
    (void)channel, (void)packet, (void)kind, (void)seq, (void)ack, (void)block;
    return OK;
}

enum incoming link_read(struct channel *channel, struct packet *packet, int timeout_ms, int *fd)
{
    (void)channel, (void)packet, (void)timeout_ms, (void)fd;
    return IN_ENDED;
}

void link_stash(struct channel *channel, const struct packet *packet)
{
    (void)channel, (void)packet;
}

void link_on_control(void (*handle)(struct packet *packet, int *fds, int num_fds))
{
    (void)handle;
}

void inbox_pend(notifications_t bits)
{
    (void)bits;
}

void *map_landing(int fd, uint64_t ool_len)
{
    (void)fd, (void)ool_len;
    return NULL;
}

error_t sys_console_write(const char *buf, size_t len)
{
    (void)buf, (void)len;
    return OK;
}

void oolong_warn(const char *prefix, const char *fmt, ...)
{
    (void)prefix, (void)fmt;
}

// Sends that `count` methods differ, and the grant. Returns whether the channel is there.
static bool grant(uint32_t count)
{
    int fds[GRANT_NUM_FDS] = {-1, -1};
    for (uint32_t at = 0; at < count; at += CONTROL_MAX_REFUSED) {
        struct packet refused = {.type = CTL_REFUSED, .refused = {.task = PEER}};
        refused.refused.count = MIN(count - at, (uint32_t)CONTROL_MAX_REFUSED);
        for (uint32_t i = 0; i < refused.refused.count; i++)
            refused.refused.numbers[i] = (uint16_t)(at + i + 1);
        on_packet(&refused, NULL, 0);
    }
    no_memory = false;
    struct packet packet = {.type = CTL_GRANT, .grant = {.task = PEER, .num_refused = count}};
    on_packet(&packet, fds, GRANT_NUM_FDS);
    return is_open;
}

START_TEST(all_are_refused_however_many)
{
    const uint32_t counts[] = {0, 1, 48, 49, CONTROL_MAX_REFUSED, CONTROL_MAX_REFUSED + 1, 1000};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        ck_assert(grant(counts[i]));
        ck_assert_uint_eq(ch.peer.num_refused, counts[i]);
        for (uint32_t k = 0; k < counts[i]; k++)
            ck_assert_uint_eq(ch.peer.refused[k], k + 1);
        free(ch.peer.refused);
    }
}
END_TEST

START_TEST(without_memory_for_them_there_is_no_channel)
{
    no_memory = true;
    ck_assert(!grant(1));
    no_memory = true;
    ck_assert(!grant(CONTROL_MAX_REFUSED + 1));
    ck_assert(grant(1));
    free(ch.peer.refused);
}
END_TEST

RUN_TESTS("refused", all_are_refused_however_many, without_memory_for_them_there_is_no_channel)
