// The memory of tasks: for each slot a heap, maps of anonymous memory and a stack, and the statics
// of its instance of libipc as they were at the start.
#include <stdlib.h>
#include <string.h>
#include "sim.h"

#define HEAP_SIZE   (1 << 20)
#define STACK_SIZE  (96 << 10)
#define NUM_CLASSES 12 // 32 bytes to 64 KiB
#define MAGIC_USED  0x5eed
#define MAGIC_FREE  0xdead

struct block {
    uint32_t size;
    uint16_t class;
    uint16_t magic;
    struct block *next; // when it is free
};

static _Alignas(4096) uint8_t heaps[NUM_SLOTS][HEAP_SIZE];
static _Alignas(4096) uint8_t stacks[NUM_SLOTS][STACK_SIZE];

static struct memory {
    size_t used;   // from the start
    size_t mapped; // from the end
    struct block *free[NUM_CLASSES];
    unsigned live;
} memories[NUM_SLOTS];

// The sections with the variable data of each instance.
#define SECTIONS(slot)                                                                             \
    extern uint8_t __start_sim_data_##slot[], __stop_sim_data_##slot[], __start_sim_bss_##slot[],  \
        __stop_sim_bss_##slot[]
SECTIONS(1);
SECTIONS(2);
SECTIONS(3);
SECTIONS(4);
SECTIONS(5);
SECTIONS(6);
SECTIONS(7);
#define ROW(slot)                                                                                  \
    {                                                                                              \
        __start_sim_data_##slot, __stop_sim_data_##slot, __start_sim_bss_##slot,                   \
            __stop_sim_bss_##slot                                                                  \
    }
static struct {
    uint8_t *data, *data_end, *bss, *bss_end;
} const statics[NUM_SLOTS] = {
    {NULL, NULL, NULL, NULL}, ROW(1), ROW(2), ROW(3), ROW(4), ROW(5), ROW(6), ROW(7)};
static uint8_t *initial[NUM_SLOTS];

void memory_init(void)
{
    for (int slot = VM; slot < NUM_SLOTS; slot++) {
        size_t len = (size_t)(statics[slot].data_end - statics[slot].data);
        initial[slot] = malloc(len + 1);
        if (!initial[slot])
            abort();
        memcpy(initial[slot], statics[slot].data, len);
    }
}

void memory_reset(int slot)
{
    memset(&memories[slot], 0, sizeof(memories[slot]));
}

void memory_start(int slot)
{
    memory_reset(slot);
    memcpy(statics[slot].data, initial[slot],
           (size_t)(statics[slot].data_end - statics[slot].data));
    memset(statics[slot].bss, 0, (size_t)(statics[slot].bss_end - statics[slot].bss));
}

bool memory_holds(int slot, uintptr_t addr, size_t len)
{
    const struct {
        uintptr_t at;
        size_t size;
    } ranges[] = {{(uintptr_t)heaps[slot], HEAP_SIZE}, {(uintptr_t)stacks[slot], STACK_SIZE}};
    for (unsigned i = 0; i < 2; i++) {
        if (addr >= ranges[i].at && addr - ranges[i].at <= ranges[i].size &&
            len <= ranges[i].size - (addr - ranges[i].at))
            return true;
    }
    return false;
}

void *memory_stack(int slot, size_t *size)
{
    *size = STACK_SIZE;
    return stacks[slot];
}

void *memory_alloc(int slot, size_t size)
{
    struct memory *mem = &memories[slot];
    uint16_t class = 0;
    while (class < NUM_CLASSES && size > (size_t)32 << class)
        class ++;
    if (class == NUM_CLASSES)
        return NULL;
    struct block *b = mem->free[class];
    if (b) {
        mem->free[class] = b->next;
    } else {
        size_t len = sizeof(*b) + ((size_t)32 << class);
        if (mem->used + len > HEAP_SIZE - mem->mapped)
            sim_violation("task %d uses up its memory", sim.procs[slot].id);
        b = (struct block *)(void *)(heaps[slot] + mem->used);
        mem->used += len;
    }
    b->size = (uint32_t)size;
    b->class = class;
    b->magic = MAGIC_USED;
    mem->live++;
    return b + 1;
}

static struct block *block_of(const void *ptr)
{
    return (struct block *)(uintptr_t)ptr - 1;
}

size_t memory_size(const void *ptr)
{
    return block_of(ptr)->size;
}

void memory_free(int slot, void *ptr)
{
    struct memory *mem = &memories[slot];
    if (!ptr)
        return;
    struct block *b = block_of(ptr);
    if (!memory_holds(slot, (uintptr_t)ptr, 1) || b->magic != MAGIC_USED)
        sim_violation("task %d frees what it does not have", sim.procs[slot].id);
    b->magic = MAGIC_FREE;
    b->next = mem->free[b->class];
    mem->free[b->class] = b;
    mem->live--;
}

unsigned memory_live(int slot)
{
    return memories[slot].live;
}

void *memory_map(int slot, size_t len)
{
    struct memory *mem = &memories[slot];
    len = ALIGN_UP(len, (size_t)4096);
    if (mem->mapped + len > HEAP_SIZE - mem->used)
        return NULL;
    mem->mapped += len;
    return heaps[slot] + HEAP_SIZE - mem->mapped;
}
