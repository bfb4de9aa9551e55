// Owns what both transports know of payloads: their descriptors, and which lengths are allowed.

#include "payload.h"
#include <stdlib.h>
#include <string.h>
#include <resea/ipc.h>
#include "stream.h"

STATIC_ASSERT(offsetof(struct message, raw) == 8);
STATIC_ASSERT(sizeof(struct payload) == 16);

error_t payload_measure(struct message *m)
{
    struct payload *d = payload_descriptors(m);
    for (int k = 0; k < MSG_NUM_PAYLOADS(m->type); k++) {
        bool is_str = MSG_PAYLOAD_IS_STR(m->type, k);
        if (!d[k].ptr && (d[k].len > 0 || is_str))
            return ERR_INVALID_ARG;
        if ((k > 0 || is_str) && stream_find(d[k].ptr))
            return ERR_INVALID_ARG; // there are no bytes at that address
        if (is_str)
            d[k].len = strlen(d[k].ptr) + 1;
    }
    return OK;
}

uint64_t payload_total_len(struct message *m)
{
    uint64_t total = 0;
    for (int k = 0; k < MSG_NUM_PAYLOADS(m->type); k++)
        total += payload_descriptors(m)[k].len;
    return total;
}

bool payload_fits(const size_t *lens, unsigned count, uint64_t limit)
{
    uint64_t total = 0;
    for (unsigned k = 0; k < count; k++) {
        if (lens[k] > limit)
            return false;
        total = (k ? ALIGN_UP(total + 1, (uint64_t)16) : 0) + lens[k]; // as vm.idl says of ool.send
    }
    return total <= limit;
}

void ipc_free_payloads(struct message *m)
{
    if (!payload_any(m))
        return;
    for (int k = 0; k < MSG_NUM_PAYLOADS(m->type); k++) {
        free(payload_descriptors(m)[k].ptr);
        payload_descriptors(m)[k].ptr = NULL;
    }
}
