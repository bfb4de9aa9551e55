// See vm_process.h: libipc's transport.h. The launcher's channel is CONTROL_FD; those of tasks are
// descriptors that stand for nothing.
#include <string.h>
#include <unistd.h>
#include <oolong/internal.h>
#include "transport.h"
#include "vm_process_private.h"

static void *launcher_cookie;
static bool has_woken; // vm has woken once for nothing since it last had something to do

static struct vp_channel *nth_channel(unsigned n)
{
    return &vp_tasks[n / VP_CHANNELS].channels[n % VP_CHANNELS];
}

static struct vp_channel *channel_of(int fd)
{
    if (fd == CONTROL_FD)
        return NULL;
    for (unsigned i = 0; i < VP_TASKS * VP_CHANNELS; i++) {
        if (nth_channel(i)->fd == fd)
            return nth_channel(i);
    }
    target_fail("vm uses descriptor %d as a channel, which is none", fd);
}

error_t transport_init(void)
{
    return OK;
}

error_t transport_watch(int fd, void *cookie, bool oneshot)
{
    struct vp_channel *ch = channel_of(fd);
    (void)oneshot;
    if (!ch) {
        launcher_cookie = cookie;
        return OK;
    }
    if (vp_launcher.no_watch)
        return ERR_NO_MEMORY;
    ch->cookie = cookie;
    ch->watched = true;
    return OK;
}

void transport_unwatch(int fd)
{
    if (channel_of(fd))
        channel_of(fd)->watched = false;
}

int transport_wait(void *cookies[TRANSPORT_MAX_EVENTS], int timeout_ms)
{
    int n = 0;
    if (launcher_has_said())
        cookies[n++] = launcher_cookie;
    for (unsigned i = 0; i < VP_TASKS * VP_CHANNELS; i++) {
        const struct vp_channel *ch = nth_channel(i);
        if (ch->watched && (ch->count > 0 || ch->ended))
            cookies[n++] = ch->cookie;
    }
    if (n == 0 && timeout_ms != 0 && has_woken)
        vp_rest();
    has_woken = timeout_ms != 0; // vm wakes once for nothing, as in the kernel
    return n;
}

error_t transport_recv(int fd, struct packet *packet, bool wait, int *fds, int max_fds,
                       int *num_fds)
{
    struct vp_channel *ch = channel_of(fd);
    if (num_fds)
        *num_fds = 0;
    if (!ch)
        return launcher_recv(packet, wait, fds, max_fds, num_fds);
    if (wait)
        target_fail("vm waits for the task in slot %u", ch->slot);
    if (ch->count == 0)
        return ch->ended ? ERR_ABORTED : ERR_WOULD_BLOCK;
    unsigned at = ch->first++ % VP_MAX_QUEUE;
    ch->count--;
    *packet = ch->queue[at];
    return ch->broken[at] ? ERR_NOT_ACCEPTABLE : OK;
}

static void note_answer(struct vp_task *task, const struct packet *packet)
{
    struct message m;
    memcpy(&m, packet, sizeof(m));
    task->answer = *packet;
    task->num_answers++;
    if (m.type == OOL_SEND_REPLY_MSG)
        task->last_id = m.ool_send_reply.id;
    if (m.type == SHM_CREATE_REPLY_MSG)
        task->last_segment = m.shm_create_reply.shm_id;
}

// Checks that vm has set every byte of a packet that it sends, and that no old data is left in it.
static void check_bytes(const struct packet *packet)
{
#if defined(__has_feature)
#if __has_feature(memory_sanitizer)
    void __msan_check_mem_is_initialized(const volatile void *x, size_t size);
    __msan_check_mem_is_initialized(packet, sizeof(*packet));
#endif
#endif
    (void)packet;
}

error_t transport_send(int fd, const struct packet *packet, bool block, int attach)
{
    struct vp_channel *ch = channel_of(fd);
    enum wire_kind kind = wire_kind(packet->word);
    check_bytes(packet);
    if (!ch) {
        if (kind != WIRE_CONTROL)
            target_fail("vm sends a packet of kind %d to the launcher", kind);
        launcher_hear(packet);
        return OK;
    }
    if (block)
        target_fail("vm blocks for the task in slot %u", ch->slot);
    if (kind == WIRE_SEND || kind == WIRE_CALL || kind < WIRE_SEND || kind > WIRE_DOORBELL)
        target_fail("vm sends a packet of kind %d to a task", kind);
    if (attach >= 0 && !fd_is_open(attach))
        target_fail("vm attaches descriptor %d, which is closed", attach);
    if (ch->ended || ch->closed)
        return ERR_ABORTED;
    struct vp_task *task = &vp_tasks[ch->slot];
    bool full = task->full;
    task->full = false;
    if (full)
        return ERR_WOULD_BLOCK;
    if (kind != WIRE_DOORBELL)
        note_answer(task, packet);
    return OK;
}

void transport_close(int fd)
{
    struct vp_channel *ch = channel_of(fd);
    if (!ch)
        target_fail("vm closes its channel to the launcher");
    ch->closed = true;
    ch->fd = -1;
    close(fd);
}

void vp_push(unsigned k, const struct packet *packet)
{
    struct vp_task *task = &vp_tasks[k];
    struct vp_channel *ch = task->channel;
    if (!task->granted || ch->ended || ch->closed || ch->count == VP_MAX_QUEUE)
        return;
    unsigned at = (ch->first + ch->count++) % VP_MAX_QUEUE;
    ch->broken[at] = !packet;
    if (packet)
        ch->queue[at] = *packet;
    // A sender rings. (Hostile tasks write doorbells with STEP_PAGE.)
    atomic_fetch_add(&ch->page->peers[TASK_SLOT(VM_TASK)].doorbell, 1);
}
