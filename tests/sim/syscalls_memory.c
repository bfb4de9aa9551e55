// The system calls on memory: mappings, the heap, and vm's copies from and to other tasks.
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include "kernel.h"
#include "syscalls.h"

// --- Mappings -----------------------------------------------------------------------------------

static void *add_map(struct proc *p, void *page)
{
    for (size_t i = 0; i < sizeof(p->maps) / sizeof(p->maps[0]); i++) {
        if (p->maps[i])
            continue;
        page_map(page);
        return p->maps[i] = page;
    }
    sim_violation("task %d has too many pages mapped", p->id);
}

void *sim_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
    struct proc *p = sched_self();
    if ((flags & MAP_ANONYMOUS) && prot == PROT_NONE) {
        if (p->regions_mapped == 2)
            kernel_unknown(__func__);
        return add_map(p, p->regions[p->regions_mapped++]->page);
    }
    if (flags & MAP_FIXED) { // a region, which is already mapped there
        const uint8_t *base = kernel_file(fd)->page;
        if (kernel_file(fd)->kind != FILE_REGION ||
            (uint8_t *)addr != base + (offset ? 2 * offset : 0))
            kernel_unknown(__func__);
        return addr;
    }
    if (flags & MAP_ANONYMOUS) {
        void *map = memory_map(p->slot, len);
        return map ? map : MAP_FAILED;
    }
    struct file *file = kernel_file(fd);
    if ((file->kind != FILE_PAGE || len > STATE_PAGE_SIZE) &&
        (file->kind != FILE_LANDING || len != LANDING_SIZE))
        kernel_unknown(__func__);
    return add_map(p, file->page);
}

int sim_munmap(void *addr, size_t len)
{
    struct proc *p = sched_self();
    if (memory_holds(p->slot, (uintptr_t)addr, len))
        return 0; // anonymous; not used again
    for (size_t i = 0; i < sizeof(p->maps) / sizeof(p->maps[0]); i++) {
        if (p->maps[i] != addr)
            continue;
        p->maps[i] = NULL;
        page_unmap(addr);
        return 0;
    }
    sim_violation("task %d unmaps what is not mapped", p->id);
}

// Programs of the simulation do not exit while they keep something for others.
int sim_atexit(void (*function)(void))
{
    (void)function;
    return 0;
}

int sim_madvise(void *addr, size_t len, int advice)
{
    if (advice == MADV_DONTNEED)
        memset(addr, 0, len);
    return 0;
}

// --- The heap -----------------------------------------------------------------------------------

// A task may lose the processor while it copies a payload into the memory that it gets here.
void *sim_malloc(size_t size)
{
    sim_point();
    return memory_alloc(sim.current, size);
}

void *sim_calloc(size_t num, size_t size)
{
    void *ptr = memory_alloc(sim.current, num * size);
    return ptr ? memset(ptr, 0, num * size) : NULL;
}

void *sim_realloc(void *ptr, size_t size)
{
    void *new = memory_alloc(sim.current, size);
    if (new &&ptr)
        memcpy(new, ptr, MIN(size, memory_size(ptr)));
    memory_free(sim.current, ptr);
    return new;
}

void sim_free(void *ptr)
{
    memory_free(sim.current, ptr);
}

char *sim_strdup(const char *text)
{
    char *copy = memory_alloc(sim.current, strlen(text) + 1);
    return copy ? strcpy(copy, text) : NULL;
}

// --- Copies between tasks -----------------------------------------------------------------------

// Chooses how much of a copy is made: all, some of it (the rest when vm asks again), or none.
static ssize_t copy_len(struct proc *p, const struct iovec *remote)
{
    if (!p || p->state != PROC_ALIVE)
        return kernel_fail(ESRCH);
    if (!memory_holds(p->slot, (uintptr_t)remote->iov_base, remote->iov_len))
        sim_violation("vm copies %zu bytes at %p, which task %d does not have", remote->iov_len,
                      remote->iov_base, p->id);
    if (!sim.short_rate || !sim_once_in(sim.short_rate))
        return (ssize_t)remote->iov_len;
    if (sim_once_in(3)) {
        counts.failed_copies++;
        sim.hurt = true;
        TRACE_SIM("the memory of task %d cannot be reached", p->id);
        return kernel_fail(EFAULT);
    }
    counts.short_copies++;
    return (ssize_t)sim_below((uint32_t)remote->iov_len) + 1;
}

static struct proc *proc_of_pid(pid_t pid)
{
    for (int slot = VM + 1; slot < NUM_SLOTS; slot++) {
        if (sim.procs[slot].state != PROC_NONE && sim.procs[slot].pid == pid)
            return &sim.procs[slot];
    }
    return NULL;
}

// How much can be copied from or to a process now; 0 or less: nothing.
static ssize_t begin_copy(pid_t pid, const struct iovec *remote)
{
    sim_point();
    return copy_len(proc_of_pid(pid), remote);
}

ssize_t sim_process_vm_readv(pid_t pid, const struct iovec *local, unsigned long num_local,
                             const struct iovec *remote, unsigned long num_remote,
                             unsigned long flags)
{
    (void)num_local, (void)num_remote, (void)flags;
    ssize_t len = begin_copy(pid, remote);
    if (len > 0)
        memcpy(local->iov_base, remote->iov_base, (size_t)len);
    return len;
}

ssize_t sim_process_vm_writev(pid_t pid, const struct iovec *local, unsigned long num_local,
                              const struct iovec *remote, unsigned long num_remote,
                              unsigned long flags)
{
    (void)num_local, (void)num_remote, (void)flags;
    ssize_t len = begin_copy(pid, remote);
    if (len > 0)
        memcpy(remote->iov_base, local->iov_base, (size_t)len);
    return len;
}
