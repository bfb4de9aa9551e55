// One peer of the libipc target has shared memory: its region, line and page are ordinary memory
// that the input writes. No call sleeps: instead of sleeping on that peer alone, the program sees
// the end of the peer, and an open receive gets a message of the launcher.
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <oolong/internal.h>
#include "channel.h"
#include "fake_transport.h"
#include "futex.h"

static uint8_t *region;   // the peer's
static int region_fds[2]; // the program's, the peer's
static uint32_t head;     // packets put

static struct peer_line *line_of(struct fake_peer *peer)
{
    return &peer->page->peers[TASK_SLOT(FAKE_SELF)];
}

static int make_region(void)
{
    int fd = memfd_create("region", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, REGION_SIZE(FAKE_RING)))
        abort();
    return fd;
}

void fake_shm_grant(struct fake_peer *peer, struct control_grant *grant, int *fds)
{
    if (!region) {
        region_fds[0] = make_region();
        region_fds[1] = make_region();
        region = mmap(NULL, REGION_SIZE(FAKE_RING), PROT_READ | PROT_WRITE, MAP_SHARED,
                      region_fds[1], 0);
        if (region == MAP_FAILED)
            abort();
    }
    memset(region, 0, REGION_SIZE(FAKE_RING));
    head = 0;
    grant->ring_size = FAKE_RING;
    grant->ool_len = 4 * FAKE_RING;
    atomic_store(&line_of(peer)->word, peer_word(grant->chan, 0, 0));
    fds[0] = dup(region_fds[0]);
    fds[1] = dup(region_fds[1]);
}

void fake_shm_ring(struct fake_peer *peer)
{
    atomic_fetch_add(&line_of(peer)->doorbell, 1);
}

void fake_shm_put(struct fake_peer *peer, const struct packet *packet)
{
    if (!region)
        return;
    struct packet marked = *packet;
    marked.word = (marked.word & ~REGION_MARK) | region_mark(head);
    memcpy(region + head % REGION_SLOTS * sizeof(marked), &marked, sizeof(marked));
    head++;
    fake_shm_ring(peer);
}

void fake_shm_end(struct fake_peer *peer)
{
    atomic_store(&peer->page->ended, 1);
    fake_shm_ring(peer);
}

// `where` selects one of the peer's counters, or its region.
void fake_shm_scribble(struct fake_peer *peer, unsigned where, uint32_t by, uint64_t value)
{
    struct peer_line *line = line_of(peer);
    struct peer_line *own = &ipc_own_page()->peers[TASK_SLOT(peer->task)];
    switch (where % 10) {
    case 0: // bytes arrive
        atomic_fetch_add(&line->bytes, by % (FAKE_RING + 2));
        break;
    case 1:
        atomic_store(&line->bytes, value);
        break;
    case 2: // the ring is full
        atomic_store(&line->bytes, atomic_load(&own->bytes_taken) + FAKE_RING);
        break;
    case 3:
        head += by % (REGION_SLOTS + 1);
        break;
    case 4: // there is room
        atomic_store(&line->bytes_taken, atomic_load(&own->bytes) - by % (FAKE_RING + 2));
        break;
    case 5:
        atomic_store(&line->bytes_taken, value);
        break;
    case 6:
        atomic_store(&line->taken, by & 1 ? atomic_load(&own->taken) : by);
        break;
    case 7:
        atomic_store(&line->wants, by);
        atomic_store(&peer->page->asleep, by % 4);
        break;
    case 8:
        if (region)
            memcpy(region + by % (REGION_SIZE(FAKE_RING) - sizeof(value)), &value, sizeof(value));
        break;
    default:
        atomic_store(&line->closed, by & 1 ? (uint32_t)(atomic_load(&line->word) >> 32) : by);
        break;
    }
    if (value & 1)
        fake_shm_ring(peer);
}

// All peers are on the same core. For a peer on another core, each wait would spin first.
int sched_getcpu(void)
{
    return 0;
}

int sched_yield(void)
{
    return 0;
}

// --- futex.h ------------------------------------------------------------------------------------

void futex_wait(const struct futex_word *words, unsigned count, uint64_t deadline_ns)
{
    const _Atomic uint32_t *launcher = &ipc_own_page()->launcher_doorbell;
    // A socket peer that the program waits for has nothing more to say, so it ends. This holds for
    // waits with and without a deadline.
    for (unsigned i = 0; i < FAKE_PEERS; i++) {
        const struct channel *ch = channel_find(fake_peers[i].task);
        if (i != FAKE_SHM_PEER && ch && words->word == ch->doorbell.word)
            fake_peers[i].ended = true;
    }
    if (deadline_ns)
        return; // the caller sees its deadline pass
    for (unsigned i = 0; i < count; i++) {
        if (words[i].word == launcher) {
            fake_launcher_speaks();
            atomic_fetch_add(&ipc_own_page()->launcher_doorbell, 1);
            return;
        }
    }
    fake_shm_end(&fake_peers[FAKE_SHM_PEER]);
}

void futex_wake(_Atomic uint32_t *word)
{
    (void)word;
}
