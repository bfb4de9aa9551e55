// The memory of the tasks: its initial content, the access to its pages, and the changes to
// restore.
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "world.h"

// The initial bytes of task k are those of the image from page k on, so that no two tasks have the
// same bytes at the same place.
static uint8_t *image;

unsigned world_slot(const struct world *world, task_t id)
{
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        if (id > 0 && world->model.tasks[i].id == id)
            return i;
    }
    return MODEL_TASKS;
}

void world_make_memory(struct world *world)
{
    size_t image_len = WORLD_MEM + MODEL_TASKS * PAGE_SIZE;
    image = malloc(image_len);
    uint64_t x = 1;
    for (size_t i = 0; i < image_len; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        image[i] = (uint8_t)(x >> 56);
    }
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        world->tasks[i].mem = mmap(NULL, WORLD_MEM, PROT_READ | PROT_WRITE,
                                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        memcpy(world->tasks[i].mem, image + i * PAGE_SIZE, WORLD_MEM);
        memset(world->tasks[i].access, WORLD_BOTH, WORLD_PAGES);
    }
}

uint8_t *world_mem(struct world *world, unsigned slot, size_t offset)
{
    return world->tasks[slot].mem + offset;
}

void world_touched(struct world *world, unsigned slot, size_t offset, size_t len)
{
    unsigned max = sizeof(world->dirty) / sizeof(world->dirty[0]);
    if (world->num_dirty < max)
        world->dirty[world->num_dirty++] = (struct world_dirty){slot, offset, len};
    else // too many entries: the last one grows to cover everything
        world->dirty[max - 1] = (struct world_dirty){MODEL_TASKS, 0, 0};
}

void world_protect(struct world *world, unsigned slot, unsigned page, enum world_access access)
{
    if (world->num_changed == sizeof(world->changed) / sizeof(world->changed[0]))
        return;
    world->tasks[slot].access[page] = (uint8_t)access;
    world->changed[world->num_changed].slot = slot;
    world->changed[world->num_changed++].page = page;
}

size_t world_reachable(struct world *world, unsigned slot, vaddr_t addr, size_t len,
                       enum world_access access)
{
    size_t done = 0;
    if (slot == MODEL_TASKS || addr < WORLD_BASE(slot + 2) ||
        addr - WORLD_BASE(slot + 2) >= WORLD_MEM)
        return 0;
    size_t offset = addr - WORLD_BASE(slot + 2);
    while (done < len && offset + done < WORLD_MEM &&
           (world->tasks[slot].access[(offset + done) / PAGE_SIZE] & access))
        done += MIN(len - done, PAGE_SIZE - (offset + done) % PAGE_SIZE);
    if (world->short_after && --world->short_after == 0)
        done -= MIN(done, world->short_by);
    return done;
}

void world_put_back(struct world *world)
{
    for (unsigned i = 0; i < world->num_dirty; i++) {
        const struct world_dirty *dirty = &world->dirty[i];
        if (dirty->slot < MODEL_TASKS)
            memcpy(world_mem(world, dirty->slot, dirty->offset),
                   image + dirty->slot * PAGE_SIZE + dirty->offset, dirty->len);
        for (unsigned k = 0; dirty->slot == MODEL_TASKS && k < MODEL_TASKS; k++)
            memcpy(world->tasks[k].mem, image + k * PAGE_SIZE, WORLD_MEM);
    }
    for (unsigned i = 0; i < world->num_changed; i++)
        world->tasks[world->changed[i].slot].access[world->changed[i].page] = WORLD_BOTH;
    world->num_dirty = world->num_changed = 0;
}
