// Owns what becomes of memory that vm hands over: shm.map and vm.alloc_pages answer with a
// descriptor, which is mapped here, where the address is needed.

#include <sys/mman.h>
#include <unistd.h>
#include "map.h"
#include <oolong/message.h>
#include <oolong/wire.h>

#define MAP_WRITABLE 1 // bit 0 of the length that vm puts in the place of the address

bool map_is_asked(int type)
{
    return type == SHM_MAP_MSG || type == VM_ALLOC_PAGES_MSG;
}

error_t map_reply(struct message *m, int fd)
{
    vaddr_t *vaddr;
    if (m->type == SHM_MAP_REPLY_MSG)
        vaddr = &m->shm_map_reply.vaddr;
    else if (m->type == VM_ALLOC_PAGES_REPLY_MSG)
        vaddr = &m->vm_alloc_pages_reply.vaddr;
    else {
        close(fd);
        return OK;
    }
    size_t len = *vaddr & ~(vaddr_t)MAP_WRITABLE;
    int prot = PROT_READ | (*vaddr & MAP_WRITABLE ? PROT_WRITE : 0);
    void *addr = mmap(NULL, len, prot, MAP_SHARED, fd, 0);
    close(fd);
    if (addr == MAP_FAILED)
        return ERR_NO_MEMORY;
    *vaddr = (vaddr_t)addr;
    return OK;
}

void *map_landing(int fd, uint64_t ool_len)
{
    void *addr = mmap(NULL, ool_landing_len((size_t)ool_len), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_NORESERVE, fd, 0);
    close(fd);
    return addr == MAP_FAILED ? NULL : addr;
}
