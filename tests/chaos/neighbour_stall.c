// Neighbours whose memory stalls a process that touches it. A task in a sandbox cannot have such
// memory, so these run without one (see the script). One neighbour looks the same and is honest.

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <idl/chaos.h>
#include <resea/timer.h>
#include "neighbour.h"

#define STALL_LEN ((size_t)1 << 20)
#define QUIET_MS  1500 // the launcher looks for stalls for one second

// Memory in which a page fault is never resolved from offset `ordinary` on.
static uint8_t *partly_stalling_memory(size_t len, size_t ordinary)
{
    struct uffdio_api api = {.api = UFFD_API};
    int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
    void *at = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct uffdio_register range = {
        .range = {.start = (uintptr_t)at + ordinary, .len = len - ordinary},
        .mode = UFFDIO_REGISTER_MODE_MISSING};
    if (fd < 0 || at == MAP_FAILED || ioctl(fd, UFFDIO_API, &api) < 0 ||
        ioctl(fd, UFFDIO_REGISTER, &range) < 0) {
        WARN("no userfaultfd: %s", strerror(errno));
        exit(EXIT_FAILURE);
    }
    return at;
}

static uint8_t *stalling_memory(size_t len)
{
    return partly_stalling_memory(len, 0);
}

// The memory stalls in the middle of a payload, where a second thread of vm copies half of each
// piece. That thread sleeps, and vm waits for it.
void stall_half(void)
{
    const size_t ordinary = STALL_LEN - (48 << 10); // the last piece's upper half
    uint8_t *data = partly_stalling_memory(STALL_LEN, ordinary);
    error_t err;
    did_it();
    (void)place_for_pair(data, STALL_LEN, false, &err);
    WARN("CHECK FAILED: it was copied: %s", err2str(err));
}

// vm reads memory that stalls.
void stall_read(void)
{
    uint8_t *data = stalling_memory(STALL_LEN);
    error_t err;
    did_it();
    (void)place_for_pair(data, STALL_LEN, false, &err);
    WARN("CHECK FAILED: it was copied: %s", err2str(err));
}

// vm copies a payload first. Then it copies none until the launcher stops looking for stalls.
void stall_later(void)
{
    static uint8_t data[4096];
    void *answer;
    size_t len;
    struct message m;
    ASSERT_OK(chaos_echo(pair, data, sizeof(data), 0, &answer, &len));
    free(answer);
    ASSERT_OK(timer_set(QUIET_MS));
    ASSERT_OK(ipc_recv(IPC_ANY, &m));
    stall_read();
}

// vm writes an answer into memory that stalls.
void stall_write(void)
{
    static uint8_t data[4096];
    struct message m = {.type = BENCHMARK_NOP_MSG};
    (void)!ask_vm(&m);
    m = (struct message){.type = OOL_RECV_MSG};
    m.ool_recv.addr = (vaddr_t)stalling_memory(OOL_NUM_BUFFERS * ool_buffer_stride(STALL_LEN));
    m.ool_recv.len = STALL_LEN;
    m.ool_recv.region = OOL_REGION_STANDING;
    ASSERT_OK(ipc_call(VM_TASK, &m));
    did_it();
    void *answer;
    size_t len;
    error_t err = chaos_echo(pair, data, sizeof(data), 0, &answer, &len);
    WARN("CHECK FAILED: it was copied: %s", err2str(err));
}

// Honest: sends the largest payloads without pause, each from fresh memory.
void copier(void)
{
    for (;;) {
        const size_t len = CONFIG_OOL_BUFFER_LEN;
        uint8_t *data = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        ASSERT(data != MAP_FAILED);
        struct message m = {.type = NET_RX_MSG}; // the server does not know this type
        m.net_rx.payload = data;
        m.net_rx.payload_len = len;
        (void)!ipc_call(pair, &m);
        munmap(data, len);
        did_it();
    }
}

// Does the same to another task. The pair and this task have only vm in common.
void distant_copier(void)
{
    pair = ipc_lookup("sink");
    ASSERT(pair > 0);
    copier();
}
