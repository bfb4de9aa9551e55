// Owns the regions of channels with shared memory.

#include "region.h"
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <resea/printf.h>
#include "channel.h"

static list_t keeping = {&keeping, &keeping};
static unsigned num_warm;

static size_t map_size(uint32_t ring_size)
{
    return REGION_SIZE(ring_size) + ring_size;
}

static void *map_region(int fd, uint32_t ring_size, int prot)
{
    uint8_t *base = mmap(NULL, map_size(ring_size), PROT_NONE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED)
        return NULL;
    size_t size = REGION_SIZE(ring_size);
    if (mmap(base, size, prot, MAP_SHARED | MAP_FIXED, fd, 0) == MAP_FAILED ||
        mmap(base + size, ring_size, prot, MAP_SHARED | MAP_FIXED, fd,
             REGION_SLOTS * sizeof(struct packet)) == MAP_FAILED) {
        munmap(base, map_size(ring_size));
        return NULL;
    }
    return base;
}

static bool is_ring_size(uint32_t size)
{
    return size >= REGION_MIN_RING && size <= REGION_MAX_RING && !(size & (size - 1));
}

error_t region_attach(struct channel *ch, uint32_t ring_size, int own_fd, int peer_fd)
{
    struct shm *s = is_ring_size(ring_size) ? calloc(1, sizeof(*s)) : NULL;
    if (s) {
        s->channel = ch;
        s->ring_size = ring_size;
        list_init(&s->kept);
        list_nullify(&s->keeping);
        s->own = map_region(own_fd, ring_size, PROT_READ | PROT_WRITE);
        s->peers = s->own ? map_region(peer_fd, ring_size, PROT_READ) : NULL;
        ch->shm = s;
        ch->carries = true;
        if (!s->peers)
            region_detach(ch);
    }
    close(own_fd);
    close(peer_fd);
    return ch->shm ? OK : ERR_NO_MEMORY;
}

void region_detach(struct channel *ch)
{
    struct shm *s = ch->shm;
    if (!s)
        return;
    ch->shm = NULL;
    region_set_warm(s, false);
    if (s->own)
        munmap(s->own, map_size(s->ring_size));
    if (s->peers)
        munmap((void *)(uintptr_t)s->peers, map_size(s->ring_size));
    for (unsigned k = 0; s->in.active && k < s->in.count; k++)
        free(s->in.payloads[k].ptr);
    ASSERT(list_is_empty(&s->kept));
    free(s);
}

bool region_is_over(const struct channel *ch)
{
    return ch->shm->hung || atomic_load_explicit(&ch->peer.page->ended, memory_order_acquire) ||
           atomic_load_explicit(&ch->peer.line->closed, memory_order_acquire) == ch->chan;
}

// Until the peer knows of the channel, its line is that of an earlier channel, or empty.
bool region_line_is_valid(const struct channel *ch)
{
    return ch->shm->valid ||
           atomic_load_explicit(&ch->peer.line->word, memory_order_acquire) >> 32 == ch->chan;
}

uint64_t region_peer_bytes(const struct channel *ch)
{
    return region_line_is_valid(ch)
               ? atomic_load_explicit(&ch->peer.line->bytes, memory_order_acquire)
               : 0;
}

bool region_is_pending(const struct channel *ch)
{
    const struct shm *s = ch->shm;
    bool more = s->in.active ? region_peer_bytes(ch) != s->bytes_taken : region_has_packet(ch);
    return more || region_is_over(ch);
}

void region_publish_taken(struct channel *ch)
{
    struct shm *s = ch->shm;
    if (!ch->peer.own)
        return;
    if (s->taken != s->taken_published)
        atomic_store_explicit(&ch->peer.own->taken, s->taken, memory_order_release);
    if (s->bytes_taken != s->bytes_published)
        atomic_store(&ch->peer.own->bytes_taken, s->bytes_taken);
    s->taken_published = s->taken;
    s->bytes_published = s->bytes_taken;
}

list_t *region_keeping(void)
{
    return &keeping;
}

bool region_pump_is_due(void)
{
    LIST_FOR_EACH (s, &keeping, struct shm, keeping) {
        if (channel_doorbell(s->channel) != s->kept_seen)
            return true;
    }
    return false;
}

void region_set_warm(struct shm *s, bool warm)
{
    num_warm += warm - s->warm;
    s->warm = warm;
}

unsigned region_num_warm(void)
{
    return num_warm;
}
