// See vm_process.h: the tasks, and running vm. Pages and receive memory are real, and vm has
// mappings of its own of them.
#include "vm_process_private.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <oolong/internal.h>
#include "boot.h"
#include "channel.h"
#include "map.h"

#define MAX_TURNS 20000

struct vp_task vp_tasks[VP_TASKS];
uint64_t vp_now_ns;

static struct talk_table *talk;
static unsigned num_files; // while no task is there
static uint8_t fresh[VP_MEM];
static jmp_buf idle;

// --- Setting up ---------------------------------------------------------------------------------

// Maps memory at two addresses, one for the tasks and one for vm.
static void make_memory(size_t len, void *addr, void *of_vm, int prot)
{
    int fd = memfd_create("memory", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, (off_t)len))
        abort();
    void *mapped[2] = {mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0),
                       mmap(NULL, len, prot, MAP_SHARED, fd, 0)};
    if (mapped[0] == MAP_FAILED || mapped[1] == MAP_FAILED)
        abort();
    close(fd);
    memcpy(addr, &mapped[0], sizeof(mapped[0]));
    memcpy(of_vm, &mapped[1], sizeof(mapped[1]));
}

int vp_open_page(const struct vp_channel *ch)
{
    return fd_open_memory(NULL, ch->page_of_vm, STATE_PAGE_SIZE);
}

int vp_open_landing(const struct vp_channel *ch)
{
    return fd_open_memory(ch->landing_of_vm, NULL, ool_landing_len(VP_LEN(ch->slot)));
}

static void make_channels(unsigned k)
{
    for (unsigned i = 0; i < VP_CHANNELS; i++) {
        struct vp_channel *ch = &vp_tasks[k].channels[i];
        ch->slot = k;
        make_memory(STATE_PAGE_SIZE, &ch->page, &ch->page_of_vm, PROT_READ);
        make_memory(ool_landing_len(VP_LEN(k)), &ch->landing, &ch->landing_of_vm,
                    PROT_READ | PROT_WRITE);
    }
}

static void make_talk_table(void)
{
    for (unsigned k = 0; k < VP_TASKS; k++) {
        for (unsigned i = 0; i < VP_TASKS; i++) {
            if (i != k && (i < VP_HOSTILE) == (k < VP_HOSTILE))
                talk->rows[SLOT(k)][SLOT(i) / 64] |= 1ull << SLOT(i) % 64;
        }
    }
}

void vp_boot(void)
{
    static _Alignas(4096) uint8_t page[STATE_PAGE_SIZE];
    struct talk_table *talk_of_vm;
    make_memory(sizeof(*talk), &talk, &talk_of_vm, PROT_READ);
    make_talk_table();
    for (size_t i = 0; i < VP_MEM; i++)
        fresh[i] = (uint8_t)(i * 7 + i / 251);
    strcpy((char *)fresh, "a name");
    for (unsigned k = 0; k < VP_TASKS; k++) {
        memcpy(vp_tasks[k].mem, fresh, VP_MEM);
        make_channels(k);
    }
    launcher_boot(fd_open_memory(page, NULL, sizeof(page)),
                  fd_open_memory(NULL, talk_of_vm, sizeof(*talk)));
    boot_start();
    shell_start();
    num_files = fd_count_files();
}

void vp_write(struct vp_task *task, size_t offset, const void *data, size_t len)
{
    memcpy(task->mem + offset, data, len);
    for (size_t page = offset / 4096; page <= (offset + len - 1) / 4096; page++)
        task->changed |= 1u << page;
}

void vp_reset_task(struct vp_task *task)
{
    for (unsigned page = 0; task->changed >> page; page++) {
        if (task->changed >> page & 1)
            memcpy(task->mem + 4096 * page, fresh + 4096 * page, 4096);
    }
    task->id = task->pid = 0;
    task->changed = task->holes = 0;
    task->dead = task->granted = task->acked = task->full = false;
    task->seq = 0;
    task->num_answers = 0;
    task->last_id = 0;
    task->last_segment = 0;
}

void vp_reset(void)
{
    vp_now_ns = 1000 * NS_PER_MS;
    launcher_reset();
    fd_reset();
    for (unsigned k = 0; k < VP_TASKS; k++) {
        vp_reset_task(&vp_tasks[k]);
        vp_tasks[k].gen = 0;
        vp_tasks[k].channel = &vp_tasks[k].channels[0];
        for (unsigned i = 0; i < VP_CHANNELS; i++)
            vp_tasks[k].channels[i].fd = -1;
    }
    shell_start();
    vp_start(VP_HONEST);
    vp_start(VP_HONEST + 1);
}

// --- Running ------------------------------------------------------------------------------------

void vp_rest(void)
{
    longjmp(idle, 1);
}

void vp_run(void)
{
    if (setjmp(idle))
        return;
    for (unsigned n = 0; n < MAX_TURNS; n++) {
        fd_num_unmapped = 0;
        shell_turn();
        shell_check();
        if (fd_num_unmapped > MAP_PIECE + VP_TASKS * STATE_PAGE_SIZE)
            target_fail("vm unmaps %zu bytes at once", fd_num_unmapped);
    }
    target_fail("vm never rests");
}

void vp_call(unsigned k, struct message *m)
{
    struct vp_task *task = &vp_tasks[k];
    struct packet packet;
    unsigned before = task->num_answers;
    memcpy(&packet, m, sizeof(packet));
    task->seq = task->seq % 1000 + 1;
    packet.word = wire_word(WIRE_CALL, task->seq, 0);
    vp_push(k, &packet);
    vp_run();
    if (task->num_answers != before + 1 || wire_kind(task->answer.word) != WIRE_REPLY ||
        wire_ack(task->answer.word) != task->seq)
        target_fail("call 0x%x of an honest task: %u answers, the last 0x%x of kind %d",
                    packet.type, task->num_answers - before, task->answer.type,
                    wire_kind(task->answer.word));
    memcpy(m, &task->answer, sizeof(*m));
}

void vp_finish(void)
{
    vp_launcher.restarts = false;
    for (unsigned k = 0; k < VP_TASKS; k++)
        vp_end(k);
    vp_run();
    for (unsigned k = 0; k < VP_TASKS; k++) {
        if (vp_tasks[k].pid)
            target_fail("vm keeps task %d, which has ended", vp_tasks[k].id);
    }
    if (!shell_is_empty())
        target_fail("vm keeps something of the tasks");
    if (channel_count() != 1)
        target_fail("%u channels are left", channel_count());
    if (fd_count() > 0 || fd_count_files() != num_files)
        target_fail("%u descriptors and %u files are left", fd_count(),
                    fd_count_files() - num_files);
}
