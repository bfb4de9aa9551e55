// shm_test_server: serves `shm_test`. It maps segments that clients have created, reads and writes
// them.
//
// Sandbox: profile "plain". A mapping stays until the task ends, so their number is limited.
#include <idl/shm.h>
#include <idl/shm_test_server.h>
#include <message.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <string.h>

#define MAPPINGS_MAX 64

static struct mapping {
    int shm_id;
    bool writable;
    uint8_t *memory;
    size_t len;
} mappings[MAPPINGS_MAX];
static unsigned num_mappings;

// Maps a segment, once. A client may ask for any length, so it is checked against the segment's.
static error_t map(int shm_id, bool writable, size_t len, uint8_t **memory)
{
    for (unsigned i = 0; i < num_mappings; i++) {
        if (mappings[i].shm_id == shm_id && mappings[i].writable == writable) {
            *memory = mappings[i].memory;
            return len <= mappings[i].len ? OK : ERR_TOO_LARGE;
        }
    }
    if (num_mappings == MAPPINGS_MAX)
        return ERR_NO_MEMORY;

    vaddr_t vaddr;
    size_t mapped;
    OK_OR_RETURN(shm_map(VM_TASK, shm_id, writable, &vaddr, &mapped));
    *memory = (uint8_t *)vaddr;
    mappings[num_mappings++] = (struct mapping){shm_id, writable, *memory, mapped};
    return len <= mapped ? OK : ERR_TOO_LARGE;
}

static error_t shm_test_do_sum(task_t client, int shm_id, size_t len, uint32_t *sum)
{
    (void)client;
    uint8_t *memory;
    OK_OR_RETURN(map(shm_id, false, len, &memory));
    *sum = 0;
    for (size_t i = 0; i < len; i++)
        *sum += memory[i];
    return OK;
}

static error_t shm_test_do_fill(task_t client, int shm_id, size_t len, uint8_t value)
{
    (void)client;
    uint8_t *memory;
    OK_OR_RETURN(map(shm_id, true, len, &memory));
    memset(memory, value, len);
    return OK;
}

static const struct shm_test_ops shm_test_ops = {
    .sum = shm_test_do_sum,
    .fill = shm_test_do_fill,
};

void main(void)
{
    ASSERT_OK(ipc_serve("shm_test"));
    while (true) {
        struct message m;
        if (IS_OK(ipc_recv(IPC_ANY, &m)) && !shm_test_dispatch(&shm_test_ops, &m))
            discard_unknown_message(&m);
    }
}
