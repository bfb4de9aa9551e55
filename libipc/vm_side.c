// Owns the functions that only vm calls: requests to the launcher, and taking memory over from
// channels.

#include <string.h>
#include <oolong/internal.h>
#include "doorbell.h"
#include "channel.h"
#include "control.h"
#include "map.h"
#include "page.h"
#include "self.h"
#include "transport.h"

int ipc_own_core(void)
{
    return ipc_self.boot.core;
}

const struct talk_table *ipc_talk_table(void)
{
    return ipc_self.talk;
}

void *ipc_take_landing(task_t task, size_t *len)
{
    struct channel *ch = channel_find(task);
    void *landing = ch ? ch->vm.landing : NULL;
    *len = landing ? ool_landing_len((size_t)ch->peer.ool_len) : 0;
    if (ch)
        ch->vm.landing = NULL;
    return landing;
}

void ipc_release_landing(void *landing, size_t len)
{
    map_release(landing, len);
}

bool ipc_release_is_pending(void)
{
    return map_release_is_pending();
}

void ipc_release_piece(void)
{
    map_release_piece();
}

error_t ipc_control_reap(task_t task)
{
    struct packet packet = {.task = {.task = task}};
    control_send(CTL_REAP, &packet);
    return OK;
}

void ipc_control_copying(void)
{
    struct packet packet = {0};
    control_send(CTL_COPYING, &packet);
}

error_t ipc_control_launch(uint32_t token, const char *text, size_t len)
{
    size_t at = 0;
    do {
        struct packet packet = {.text = {.token = token}};
        size_t n = MIN(len - at, sizeof(packet.text.text));
        memcpy(packet.text.text, text + at, n);
        packet.text.len = (uint16_t)n;
        at += n;
        packet.text.more = at < len;
        control_send(CTL_LAUNCH, &packet);
    } while (at < len);
    return OK;
}

void ipc_control_closed(void)
{
    struct packet packet = {0};
    control_send(CTL_CLOSED, &packet);
}

error_t ipc_control_memfd(task_t owner, bool is_pages, size_t size, int fds[2])
{
    struct packet packet = {.task = {.task = owner, .value = is_pages, .size = size}};
    OK_OR_RETURN(control_request(CTL_MEMFD, &packet));
    control_take_fds(fds);
    return fds[0] >= 0 && fds[1] >= 0 ? OK : ERR_NO_MEMORY;
}

error_t ipc_reply_fd(task_t dst, struct message *m, int fd)
{
    struct channel *ch = channel_find(dst);
    if (!ch || !ch->call.open)
        return ERR_WOULD_BLOCK;
    struct packet packet;
    memcpy(&packet, m, sizeof(packet));
    packet.word = wire_word(WIRE_REPLY, 0, ch->call.taken_call);
    ch->call.open = false;
    page_count_sent();
    error_t err = transport_send(ch->fd, &packet, false, fd);
    doorbell_ring(ch);
    return err;
}
