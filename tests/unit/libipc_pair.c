// See libipc_pair.h.
#undef malloc
#undef clock_gettime
#include "libipc_pair.h"
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <resea/printf.h>
#include "doorbell.h"
#include "self.h"

#define STEP_NS 1000 // the time that each wait takes

struct self ipc_self;
struct side pair_a, pair_b;
void (*pair_meanwhile)(void);
bool pair_is_elsewhere;
unsigned pair_mallocs_left;

static uint64_t now_ns;
static list_t all;

// --- Functions that libipc's code calls ---------------------------------------------------------

int pair_clock(clockid_t clock, struct timespec *now);
int pair_clock(clockid_t clock, struct timespec *now)
{
    (void)clock;
    now->tv_sec = (time_t)(now_ns / 1000000000);
    now->tv_nsec = (long)(now_ns % 1000000000);
    return 0;
}

void *pair_malloc(size_t size);
void *pair_malloc(size_t size)
{
    return pair_mallocs_left && pair_mallocs_left-- ? malloc(size) : NULL;
}

void oolong_panic(const char *fmt, ...)
{
    ck_abort_msg("libipc panics: %s", fmt);
}

list_t *channel_all(void)
{
    return &all;
}

void doorbell_ring(struct channel *ch)
{
    struct side *side = LIST_CONTAINER(ch, struct side, ch);
    side->rings++;
    atomic_fetch_add(&ch->peer.own->doorbell, 1);
}

bool doorbell_runs_elsewhere(const struct channel *ch)
{
    (void)ch;
    return pair_is_elsewhere;
}

void doorbell_wait(struct channel *ch, uint32_t seen, uint64_t deadline_ns)
{
    if (channel_doorbell(ch) != seen)
        return;
    now_ns += STEP_NS;
    if (pair_meanwhile)
        pair_meanwhile();
    else if (deadline_ns)
        now_ns = MAX(now_ns, deadline_ns);
    else
        ck_abort_msg("it would wait for ever");
}

bool doorbell_await_pending(struct channel *ch)
{
    return region_is_pending(ch);
}

void doorbell_sleep(struct channel *ch, uint32_t seen, uint64_t deadline_ns)
{
    doorbell_wait(ch, seen, deadline_ns);
}

// --- The pair -----------------------------------------------------------------------------------

static int make_region(struct side *side, uint32_t ring_size)
{
    int fd = memfd_create("region", MFD_CLOEXEC);
    ck_assert(fd >= 0 && ftruncate(fd, (off_t)REGION_SIZE(ring_size)) == 0);
    side->region = mmap(NULL, REGION_SIZE(ring_size), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert(side->region != MAP_FAILED);
    return fd;
}

static void open_side(struct side *side, struct side *peer, unsigned own_slot, unsigned peer_slot)
{
    memset(side, 0, sizeof(*side));
    side->ch.task = (task_t)peer_slot;
    side->ch.fd = 0;
    side->ch.chan = PAIR_CHAN;
    side->ch.peer.page = &peer->page;
    side->ch.peer.line = &peer->page.peers[own_slot];
    side->ch.peer.own = &side->page.peers[peer_slot];
    side->ch.doorbell.word = &peer->page.peers[own_slot].doorbell;
    list_push_back(&all, &side->ch.all);
}

void pair_open(uint32_t ring_size)
{
    now_ns = 1000000000;
    pair_mallocs_left = UINT32_MAX;
    pair_meanwhile = NULL;
    ipc_self.boot.ool_len = (uint64_t)PAIR_OOL_LEN << 10;
    list_init(&all);
    open_side(&pair_a, &pair_b, 2, 3);
    open_side(&pair_b, &pair_a, 3, 2);
    int a = make_region(&pair_a, ring_size), b = make_region(&pair_b, ring_size);
    ck_assert_int_eq(region_attach(&pair_a.ch, ring_size, dup(a), dup(b)), OK);
    ck_assert_int_eq(region_attach(&pair_b.ch, ring_size, b, a), OK);
    atomic_store(&pair_line(&pair_a)->word, peer_word(PAIR_CHAN, 0, 0));
    atomic_store(&pair_line(&pair_b)->word, peer_word(PAIR_CHAN, 0, 0));
}

static void close_side(struct side *side)
{
    uint32_t ring_size = side->ch.shm->ring_size;
    ck_assert(list_is_empty(&side->ch.shm->kept));
    region_detach(&side->ch);
    munmap(side->region, REGION_SIZE(ring_size));
}

void pair_close(void)
{
    close_side(&pair_a);
    close_side(&pair_b);
    ck_assert(list_is_empty(region_keeping()));
    ck_assert_uint_eq(region_num_warm(), 0);
}

struct peer_line *pair_line(struct side *side)
{
    return side->ch.peer.own;
}

// --- Packets ------------------------------------------------------------------------------------

struct packet pair_packet(enum wire_kind kind, unsigned number)
{
    struct packet packet = {.type = (int)number, .word = wire_word(kind, number, 0)};
    memset(packet.raw, (int)(number & 0xff), sizeof(packet.raw));
    return packet;
}

struct packet pair_message(unsigned count, bool is_str)
{
    struct packet packet = pair_packet(WIRE_SEND, 1);
    packet.type = (int)(MSG_OOL | (count - 1) << 16 | 0x123) | (is_str ? MSG_STR : 0);
    return packet;
}

void pair_forge(struct side *side, struct packet packet, uint64_t begin)
{
    struct shm *s = side->ch.shm;
    memcpy(packet.raw, &begin, sizeof(begin));
    packet.word |= region_mark(s->head);
    memcpy(side->region + s->head % REGION_SLOTS * sizeof(packet), &packet, sizeof(packet));
    s->head++;
}

error_t pair_send(struct side *side, struct packet packet, const struct payload *payloads,
                  unsigned count, enum shm_mode mode)
{
    memcpy(packet.raw, payloads, count * sizeof(payloads[0]));
    return shm_send(&side->ch, &packet, payloads, count, mode);
}

error_t pair_take(struct side *side, struct packet *packet)
{
    return shm_recv(&side->ch, packet, 0);
}

struct payload pair_payload(const struct packet *packet, unsigned k)
{
    struct payload payload;
    memcpy(&payload, packet->raw + k * sizeof(payload), sizeof(payload));
    return payload;
}

void pair_describe(struct packet *packet, unsigned k, size_t len)
{
    struct payload payload = {NULL, len};
    memcpy(packet->raw + k * sizeof(payload), &payload, sizeof(payload));
}

void pair_free(struct packet *packet)
{
    for (unsigned k = 0; k < (unsigned)MSG_NUM_PAYLOADS(packet->type); k++)
        free(pair_payload(packet, k).ptr);
}

void pair_fill(void *buf, size_t len, unsigned seed)
{
    for (size_t i = 0; i < len; i++)
        ((uint8_t *)buf)[i] = (uint8_t)(i * 7 + i / 251 + seed * 31);
}

bool pair_is_filled(const void *buf, size_t len, unsigned seed)
{
    for (size_t i = 0; i < len; i++) {
        if (((const uint8_t *)buf)[i] != (uint8_t)(i * 7 + i / 251 + seed * 31))
            return false;
    }
    return true;
}
