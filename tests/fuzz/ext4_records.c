// Reads inputs of the fuzz target ext4, and damages the disk as they say.
#include "ext4_records.h"
#include <oolong/types.h>
#include "memory_disk.h"

const char *const record_paths[16] = {
    "/text",
    "/nothing",
    "/dir",
    "/dir/below",
    "/dir/below/file",
    "/dir/large",
    "/hole",
    "/link",
    "/long",
    "/round",
    "/empty",
    "/empty/a",
    "/new",
    "/new/b",
    "/c",
    "/dir/a-name-that-is-so-long-that-a-few-of-them-fill-a-block-of-a-directory-for-sure",
};

bool record_next(const uint8_t **data, size_t *size, struct record *record)
{
    if (*size < 4)
        return false;
    const uint8_t *in = *data;
    *record = (struct record){.what = in[0], .a = in[2], .b = in[3], .bytes = in + 4};
    record->len = (uint8_t)MIN((size_t)in[1], *size - 4);
    *data += 4 + record->len;
    *size -= 4 + record->len;
    return true;
}

enum operation record_operation(const struct record *record)
{
    return record->what % NUM_OPERATIONS;
}

bool records_patch_disk(const uint8_t *data, size_t size)
{
    struct record record;
    bool any = false;
    for (int i = 0; i < RECORDS_MAX && record_next(&data, &size, &record); i++) {
        if (record.what >= 0x80 || record.len == 0)
            continue;
        disk_patch(record.what, (unsigned)record.a << 8 | record.b, record.bytes, record.len);
        any = true;
    }
    return any;
}
