// Owns the mapping of memory that comes as a descriptor: the answers of shm.map and vm.alloc_pages,
// and the receive buffers, which are also given back here.

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

// Memory that is still to be given back, a piece at a time, from the end. If its task has ended, vm
// has the last mapping of it, so unmapping it at once would free all of it, which takes long. To
// unmap a piece frees nothing while another is mapped, so MADV_REMOVE frees each piece first.
static struct {
    uint8_t *base;
    size_t len;
} released[CONFIG_NUM_TASKS];
static unsigned num_released;

void map_release(void *landing, size_t len)
{
    if (num_released == CONFIG_NUM_TASKS) { // tasks end faster than their memory is given back
        munmap(landing, len);
        return;
    }
    released[num_released].base = landing;
    released[num_released++].len = len;
}

bool map_release_is_pending(void)
{
    return num_released > 0;
}

void map_release_piece(void)
{
    if (num_released == 0)
        return;
    size_t *len = &released[num_released - 1].len;
    size_t piece = MIN(*len, MAP_PIECE);
    *len -= piece;
    uint8_t *at = released[num_released - 1].base + *len;
    madvise(at, piece, MADV_REMOVE);
    munmap(at, piece);
    num_released -= *len == 0;
}
