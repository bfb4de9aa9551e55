// Runs a fuzz target as a task, in the sandbox of the server that has the same code. A system call
// that the sandbox does not allow ends the task, and the launcher reports the call. The task reads
// all files before that, in oolong_prepare().
// Usage: fuzz_TARGET_task run FIRST NUM|SECONDSs FILE...
//        fuzz_TARGET_task show NUMBER FILE...
//
// Input number i is file number i. Each input after the files is made from one of them, and the
// same number always gives the same input. `show` writes an input in the form of printf(1).
#include <resea/task.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "target.h"

#define INPUT_MAX   (256u * 1024)
#define CHANGES_MAX 8u

struct input {
    uint8_t *data;
    size_t size;
};

static struct input *files;
static unsigned long num_files;
static uint8_t mutant[INPUT_MAX];

void __attribute__((weak)) fuzz_prepare(void) {}

static struct input read_file(const char *path)
{
    struct input input = {.data = malloc(INPUT_MAX)};
    FILE *file = fopen(path, "rb");
    if (!file || !input.data) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(EXIT_FAILURE);
    }
    input.size = fread(input.data, 1, INPUT_MAX, file);
    fclose(file);
    return input;
}

void oolong_prepare(void)
{
    int first = task_argc() > 1 && strcmp(task_argv()[1], "show") == 0 ? 3 : 4;
    num_files = task_argc() > first ? (unsigned long)(task_argc() - first) : 0;
    files = calloc(num_files + 1, sizeof(*files));
    for (unsigned long i = 0; files && i < num_files; i++)
        files[i] = read_file(task_argv()[(unsigned long)first + i]);
    fuzz_prepare();
}

static uint32_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

// Makes one change: a byte, a bit, an interesting number, or a piece of another file.
static void change(struct input *input, uint64_t *state)
{
    static const uint8_t values[] = {0, 1, 0x7f, 0x80, 0xff, 16, 32, 64};
    uint32_t at = next_random(state) % (uint32_t)input->size;
    uint32_t how = next_random(state);
    const struct input *other = &files[next_random(state) % num_files];
    switch (how % 4) {
    case 0:
        input->data[at] = (uint8_t)(how >> 8);
        break;
    case 1:
        input->data[at] ^= (uint8_t)(1 << (how >> 8) % 8);
        break;
    case 2:
        memset(&input->data[at], values[(how >> 8) % sizeof(values)],
               input->size - at < 4 ? input->size - at : (how >> 16) % 4 + 1);
        break;
    default:
        if (other->size > 0) {
            uint32_t from = next_random(state) % (uint32_t)other->size;
            size_t len = (how >> 8) % 64;
            len = len < other->size - from ? len : other->size - from;
            memcpy(&input->data[at], &other->data[from],
                   len < input->size - at ? len : input->size - at);
        }
    }
}

static struct input make(unsigned long number)
{
    if (number < num_files)
        return files[number];
    uint64_t state = number * 0x9e3779b97f4a7c15u;
    const struct input *base = &files[next_random(&state) % num_files];
    struct input input = {mutant, base->size};
    memcpy(mutant, base->data, base->size);
    for (uint32_t num = next_random(&state) % CHANGES_MAX + 1; input.size > 0 && num > 0; num--)
        change(&input, &state);
    return input;
}

static void show(unsigned long number)
{
    struct input input = make(number);
    for (size_t i = 0; i < input.size; i++) {
        printf("\\%03o", input.data[i]);
        if (i % 64 == 63)
            printf("\n");
    }
    printf("\n");
}

static void run(unsigned long first, unsigned long num, time_t seconds)
{
    time_t end = time(NULL) + seconds;
    unsigned long i = first;
    for (; seconds ? time(NULL) < end || i < num_files : i < first + num; i++) {
        struct input input = make(i);
        LLVMFuzzerTestOneInput(input.data, input.size);
    }
    printf("%lu inputs\n", i - first);
}

void main(void)
{
    char **argv = task_argv();
    if (num_files == 0)
        exit(EXIT_FAILURE);
    if (strcmp(argv[1], "show") == 0) {
        show(strtoul(argv[2], NULL, 10));
        exit(EXIT_SUCCESS);
    }
    char *unit;
    unsigned long num = strtoul(argv[3], &unit, 10);
    run(strtoul(argv[2], NULL, 10), num, *unit == 's' ? (time_t)num : 0);
}
