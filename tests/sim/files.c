// Descriptors of the simulated kernel: state pages, references, and SEQPACKET socket pairs that
// behave as in Linux (queued packets outlive their sender; ECONNRESET comes once if a peer leaves
// packets unread). The system calls are in syscalls*.c.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "sim.h"

#define FULL_NS (5 * NS_PER_MS)

static struct file files[NUM_FILES];
static unsigned files_used; // files from this index on have never been in use
static uint64_t last_stamp;

static _Alignas(4096) uint8_t pages[NUM_PAGES][STATE_PAGE_SIZE];
static unsigned page_refs[NUM_PAGES];
static _Alignas(4096) uint8_t landings[NUM_LANDINGS][LANDING_SIZE];
static unsigned landing_refs[NUM_LANDINGS];
static unsigned pages_used;

uint64_t files_stamp(void)
{
    return ++last_stamp;
}

struct file *file_new(enum file_kind kind)
{
    struct file *f = files;
    while (f < files + files_used && f->kind != FILE_NONE)
        f++;
    if (f == files + NUM_FILES)
        sim_violation("the world has too many files");
    if (f == files + files_used)
        files_used++;
    memset(f, 0, offsetof(struct file, queue));
    f->kind = kind;
    f->refs = 1;
    f->owner = -1;
    f->soft_max = QUEUE_MAX;
    return f;
}

void file_ref(struct file *file)
{
    file->refs++;
}

static void drop_parcel(struct parcel *parcel)
{
    for (unsigned i = 0; i < parcel->num_files; i++)
        file_unref(parcel->files[i]);
}

// Wakes the processes that wait for the event that just happened at `end`.
static void touch(struct file *end, bool for_room)
{
    if (!for_room && !end->ready_since)
        end->ready_since = files_stamp();
    if (end->owner == LAUNCHER) {
        sim.runnable |= 1u << LAUNCHER;
        return;
    }
    if (end->owner < 0)
        return;
    struct proc *p = &sim.procs[end->owner];
    if (p->waits_for == end ? p->waits_for_room == for_room : !p->waits_for && end->watched)
        sched_wake(p);
}

static void socket_closed(struct file *end)
{
    struct file *peer = end->peer;
    if (peer) {
        peer->peer = NULL;
        peer->reset = end->count > 0;
        touch(peer, false);
        touch(peer, true);
    }
    while (end->count > 0) {
        drop_parcel(&end->queue[end->first]);
        end->first = (end->first + 1) % QUEUE_MAX;
        end->count--;
    }
}

void file_unref(struct file *file)
{
    if (--file->refs > 0)
        return;
    if (file->kind == FILE_SOCKET)
        socket_closed(file);
    else if (file->kind != FILE_EPOLL)
        page_unmap(file->page);
    file->kind = FILE_NONE;
}

void socket_pair(struct file *ends[2])
{
    ends[0] = file_new(FILE_SOCKET);
    ends[1] = file_new(FILE_SOCKET);
    ends[0]->peer = ends[1];
    ends[1]->peer = ends[0];
    ends[0]->soft_max = ends[1]->soft_max = sim.soft_max;
}

bool socket_readable(const struct file *end)
{
    return end->count > 0 || end->reset || !end->peer;
}

// Whether a packet may find the channel full: only a new message may. A real channel holds 167
// packets, so it always has room for answers and rings of tasks that keep to the rules. Here they
// always have room too.
static bool can_wait(const struct packet *packet)
{
    enum wire_kind kind = wire_kind(packet->word);
    return kind == WIRE_SEND || kind == WIRE_CALL || kind == WIRE_NOBLOCK || kind == WIRE_CONTROL;
}

// A channel that is full for new messages is full only for a moment, as with ENOBUFS, because a
// real channel has room for all packets that an honest task can have under way.
bool socket_has_room(const struct file *end)
{
    return !end->peer || end->peer->count < end->peer->soft_max ||
           (end->full_until && end->full_until <= sim.now_ns);
}

int socket_send(struct file *end, const struct packet *packet, struct file **attached, unsigned num)
{
    if (end->reset) {
        end->reset = false;
        return -ECONNRESET;
    }
    struct file *peer = end->peer;
    if (!peer)
        return -EPIPE;
    if (!socket_has_room(end) && can_wait(packet)) {
        if (end->full_until == 0)
            end->full_until = end->owner == LAUNCHER ? NEVER : sim.now_ns + FULL_NS;
        counts.full++;
        sim.noblock_full |= wire_kind(packet->word) == WIRE_NOBLOCK;
        return -EAGAIN;
    }
    end->full_until = 0;
    sim.progress++;
    if (peer->count == QUEUE_MAX)
        sim_violation("a channel holds %d packets", QUEUE_MAX);
    struct parcel *parcel = &peer->queue[(peer->first + peer->count++) % QUEUE_MAX];
    parcel->packet = *packet;
    parcel->num_files = num;
    for (unsigned i = 0; i < num; i++) {
        parcel->files[i] = attached[i];
        file_ref(attached[i]);
    }
    touch(peer, false);
    return 0;
}

int socket_recv(struct file *end, struct parcel *parcel)
{
    if (end->reset) {
        end->reset = false;
        return -ECONNRESET;
    }
    if (end->count == 0)
        return end->peer ? -EAGAIN : 0;
    *parcel = end->queue[end->first];
    end->first = (end->first + 1) % QUEUE_MAX;
    if (--end->count == 0)
        end->first = 0; // so that the same few slots stay in the cache
    if (!socket_readable(end))
        end->ready_since = 0;
    if (end->peer)
        touch(end->peer, true);
    return 1;
}

// --- Pages --------------------------------------------------------------------------------------

struct file *page_new(void)
{
    unsigned i = 0;
    while (i < pages_used && page_refs[i] > 0)
        i++;
    if (i == NUM_PAGES)
        sim_violation("the world has too many pages");
    if (i == pages_used)
        pages_used++;
    memset(pages[i], 0, STATE_PAGE_SIZE);
    page_refs[i] = 1;
    struct file *f = file_new(FILE_PAGE);
    f->page = pages[i];
    return f;
}

struct file *landing_new(void)
{
    unsigned i = 0;
    while (i < NUM_LANDINGS && landing_refs[i] > 0)
        i++;
    if (i == NUM_LANDINGS)
        sim_violation("the world has too much landing memory");
    memset(landings[i], 0, LANDING_SIZE);
    landing_refs[i] = 1;
    struct file *f = file_new(FILE_LANDING);
    f->page = landings[i];
    return f;
}

// --- Regions ------------------------------------------------------------------------------------

// Each region is mapped as libipc maps it, with the ring twice in a row. All tasks share the
// mapping.
static uint8_t *regions[NUM_REGIONS];
static unsigned region_refs[NUM_REGIONS];

void regions_init(void)
{
    size_t size = REGION_SIZE(RING_SIZE);
    int fd = memfd_create("regions", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, (off_t)(NUM_REGIONS * size)))
        abort();
    uint8_t *all = mmap(NULL, NUM_REGIONS * (size + RING_SIZE), PROT_NONE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    for (size_t i = 0; i < NUM_REGIONS && all != MAP_FAILED; i++) {
        regions[i] = all + i * (size + RING_SIZE);
        off_t at = (off_t)(i * size);
        if (mmap(regions[i], size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, at) ==
                MAP_FAILED ||
            mmap(regions[i] + size, RING_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
                 at + REGION_SLOTS * (long)sizeof(struct packet)) == MAP_FAILED)
            abort();
    }
    close(fd);
    if (all == MAP_FAILED)
        abort();
}

void region_new(struct file *ends[2])
{
    unsigned i = 0;
    while (i < NUM_REGIONS && region_refs[i] > 0)
        i++;
    if (i == NUM_REGIONS)
        sim_violation("the world has too many regions");
    memset(regions[i], 0, REGION_SIZE(RING_SIZE)); // a new file contains zeros
    region_refs[i] = 2;
    for (int k = 0; k < 2; k++) {
        ends[k] = file_new(FILE_REGION);
        ends[k]->page = regions[i];
    }
}

static unsigned *refs_of(void *page)
{
    size_t whole = REGION_SIZE(RING_SIZE) + RING_SIZE;
    size_t region = (size_t)((uint8_t *)page - regions[0]) / whole;
    if ((uint8_t *)page >= regions[0] && region < NUM_REGIONS)
        return &region_refs[region];
    size_t k = (size_t)((uint8_t *)page - landings[0]) / LANDING_SIZE;
    if ((uint8_t *)page >= landings[0] && k < NUM_LANDINGS)
        return &landing_refs[k];
    size_t i = (size_t)((uint8_t *)page - pages[0]) / STATE_PAGE_SIZE;
    return (uint8_t *)page >= pages[0] && i < NUM_PAGES ? &page_refs[i] : NULL;
}

void page_map(void *page)
{
    ++*refs_of(page);
}

bool page_unmap(void *page)
{
    unsigned *refs = refs_of(page);
    if (refs)
        --*refs;
    return refs;
}

// --- All of them --------------------------------------------------------------------------------

void files_reset(void)
{
    for (unsigned i = 0; i < files_used; i++)
        files[i].kind = FILE_NONE;
    memset(page_refs, 0, sizeof(page_refs));
    memset(region_refs, 0, sizeof(region_refs));
    memset(landing_refs, 0, sizeof(landing_refs));
    files_used = pages_used = 0;
    last_stamp = 0;
}

unsigned files_open(void)
{
    unsigned n = 0;
    for (unsigned i = 0; i < files_used; i++)
        n += files[i].kind != FILE_NONE;
    for (unsigned i = 0; i < pages_used; i++)
        n += page_refs[i] > 0;
    for (unsigned i = 0; i < NUM_REGIONS; i++)
        n += region_refs[i] > 0;
    for (unsigned i = 0; i < NUM_LANDINGS; i++)
        n += landing_refs[i] > 0;
    return n;
}
