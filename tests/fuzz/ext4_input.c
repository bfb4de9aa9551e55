// An input of the fuzz target ext4 for the real ext4fs: writes the damaged image, and prints the
// operations of clients as shell commands.
// Usage: ext4_input INPUT IMAGE
#include <stdio.h>
#include <stdlib.h>
#include "ext4_records.h"
#include "memory_disk.h"

static int write_image(const char *path)
{
    uint8_t block[DISK_BLOCK];
    FILE *file = fopen(path, "wb");
    if (!file)
        return -1;
    for (uint64_t at = 0; IS_OK(disk_device.read(NULL, at, block, sizeof(block))); at += DISK_BLOCK)
        fwrite(block, 1, sizeof(block), file);
    return fclose(file);
}

static void print_command(const struct record *record)
{
    const char *path = record_paths[record->a % 16], *other = record_paths[record->a / 16];
    static const struct {
        const char *before, *after;
    } commands[NUM_OPERATIONS] = {
        [OP_CREATE] = {"write ", " new"},
        [OP_WRITE] = {"write ", " text"},
        [OP_TRUNCATE] = {"truncate ", " "},
        [OP_MKDIR] = {"mkdir ", ""},
        [OP_REMOVE] = {"rm ", ""},
        [OP_RMDIR] = {"rmdir ", ""},
        [OP_RENAME] = {"mv ", " "},
        [OP_LINK] = {"ln ", " "},
        [OP_SYMLINK] = {"ln -s target ", ""},
        [OP_OPEN] = {"hexdump ", ""},
        [OP_CLOSE] = {"stat ", ""},
        [OP_ATTRIBUTES] = {"chmod 640 ", ""},
        [OP_LIST] = {"ls ", ""},
        [OP_COMMIT] = {"sync", ""},
    };
    enum operation operation = record_operation(record);
    if (!commands[operation].before)
        return; // no shell command does this
    printf("%s%s%s", commands[operation].before, operation == OP_COMMIT ? "" : path,
           commands[operation].after);
    if (operation == OP_TRUNCATE)
        printf("%u", record->b * 700u + record->len);
    if (operation == OP_RENAME || operation == OP_LINK)
        printf("%s", other);
    printf("\n");
}

int main(int argc, char **argv)
{
    static uint8_t input[65536];
    FILE *file = argc == 3 ? fopen(argv[1], "rb") : NULL;
    size_t size = file ? fread(input, 1, sizeof(input), file) : 0;
    if (size < 3)
        return EXIT_FAILURE;
    fclose(file);
    disk_reset(input[0] % DISK_NUM_IMAGES);
    records_patch_disk(input + 3, size - 3);
    const uint8_t *data = input + 3;
    struct record record;
    size -= 3;
    for (int i = 0; i < RECORDS_MAX && record_next(&data, &size, &record); i++) {
        if (record.what >= 0x80)
            print_command(&record);
    }
    return write_image(argv[2]) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
