// The mutator of the targets vm-process and launcher-process changes whole steps, for AFL++ and
// libFuzzer. steps.h says what an input is.
#include <stdbool.h>
#include <string.h>
#include "mutate.h"
#include "rnd.h"
#include "steps.h"

#define MAX_STEPS 256

// --- Steps --------------------------------------------------------------------------------------

// Small numbers choose something that exists. The others are rare values.
static uint64_t random_value(void)
{
    switch (rnd(8)) {
    case 0:
        return (uint64_t)rnd(16) << 56 | rnd(256); // a task of vm-process
    case 1:
        return 1ull << rnd(64);
    case 2:
        return UINT64_MAX - rnd(16);
    case 3:
        return (uint64_t)rnd(UINT32_MAX) << 32 | rnd(UINT32_MAX);
    default:
        return rnd(16);
    }
}

static uint32_t random_len(void)
{
    switch (rnd(6)) {
    case 0:
        return rnd(UINT32_MAX);
    case 1:
        return 1u << rnd(32);
    case 2:
        return rnd(5000);
    default:
        return rnd(16);
    }
}

static void random_step(struct step *step)
{
    step->kind = (uint8_t)(rnd(STEPS_NUM) | (one_in(8) ? STEP_HELD : 0));
    if (one_in(3))
        step->kind &= 1; // the kinds that a task needs to get anywhere
    step->task = (uint8_t)rnd(one_in(2) ? 3 : 8);
    step->a = (uint8_t)rnd(one_in(4) ? 256 : one_in(3) ? 32 : 8);
    step->b = one_in(2) ? 0 : (uint8_t)rnd(one_in(4) ? 256 : 8);
    step->len = random_len();
    step->value = random_value();
}

static void change_field(struct step *step)
{
    struct step other;
    random_step(&other);
    switch (rnd(6)) {
    case 0:
        step->kind = one_in(2) ? step->kind ^ STEP_HELD : other.kind;
        break;
    case 1:
        step->task = other.task;
        break;
    case 2:
        step->a = one_in(2) ? (uint8_t)(step->a + 1) : other.a;
        break;
    case 3:
        step->b = one_in(2) ? (uint8_t)(step->b ^ 1 << rnd(8)) : other.b;
        break;
    case 4:
        step->len = other.len;
        break;
    default:
        step->value = one_in(2) ? step->value + rnd(3) - 1 : other.value;
        break;
    }
}

// --- Inputs -------------------------------------------------------------------------------------

struct layout {
    size_t at[MAX_STEPS + 1]; // where steps begin, and the end
    unsigned count;
};

static size_t step_size(uint8_t kind)
{
    bool has_bytes = STEPS_WITH_BYTES >> (kind & ~STEP_HELD) % STEPS_NUM & 1;
    return sizeof(struct step) + (has_bytes ? STEP_BYTES : 0);
}

static void find_layout(const uint8_t *data, size_t size, struct layout *layout)
{
    size_t at = STEP_FIRST;
    layout->count = 0;
    while (layout->count < MAX_STEPS && at + sizeof(struct step) <= size) {
        size_t len = step_size(data[at]);
        layout->at[layout->count++] = at;
        at += len < size - at ? len : size - at;
    }
    layout->at[layout->count] = at;
}

// Replaces `del` bytes at `at` by `ins` bytes of `with`. Returns the new size.
static size_t splice(uint8_t *data, size_t size, size_t max, size_t at, size_t del,
                     const void *with, size_t ins)
{
    if (at + del > size || size - del + ins > max)
        return size;
    memmove(data + at + ins, data + at + del, size - at - del);
    memcpy(data + at, with, ins);
    return size - del + ins;
}

static size_t insert(uint8_t *data, size_t size, size_t max, size_t at)
{
    uint8_t new[sizeof(struct step) + STEP_BYTES] = {0};
    struct step step;
    random_step(&step);
    memcpy(new, &step, sizeof(step));
    for (unsigned i = 0; i < 16; i++) // the first fields of a packet or message
        new[sizeof(step) + rnd(64)] = (uint8_t)rnd(one_in(2) ? 8 : 256);
    return splice(data, size, max, at, 0, new, step_size(step.kind));
}

static void change(uint8_t *data, size_t at, size_t len)
{
    struct step step;
    if (len > sizeof(step) && one_in(2)) {
        data[at + sizeof(step) + rnd((uint32_t)(len - sizeof(step)))] = (uint8_t)rnd(256);
        return;
    }
    memcpy(&step, data + at, sizeof(step));
    change_field(&step);
    memcpy(data + at, &step, sizeof(step));
}

// Inserts steps of another input.
static size_t insert_other(uint8_t *data, size_t size, size_t max, size_t at, const uint8_t *other,
                           size_t other_size)
{
    struct layout layout;
    find_layout(other, other_size, &layout);
    if (layout.count == 0)
        return size;
    unsigned from = rnd(layout.count), to = from + 1 + rnd(layout.count - from);
    return splice(data, size, max, at, 0, other + layout.at[from], layout.at[to] - layout.at[from]);
}

static size_t mutate_once(uint8_t *data, size_t size, const uint8_t *other, size_t other_size,
                          size_t max)
{
    struct layout layout;
    find_layout(data, size, &layout);
    unsigned i = rnd(layout.count + 1), k = rnd(layout.count + 1);
    size_t at = layout.at[i], len = i < layout.count ? layout.at[i + 1] - at : 0;
    uint8_t copy[sizeof(struct step) + STEP_BYTES];
    switch (rnd(8)) {
    case 0: // a copy of a step, elsewhere
        if (k == layout.count)
            return size;
        memcpy(copy, data + layout.at[k], layout.at[k + 1] - layout.at[k]);
        return splice(data, size, max, at, 0, copy, layout.at[k + 1] - layout.at[k]);
    case 1:
        return splice(data, size, max, at, len, "", 0);
    case 2:
        return insert_other(data, size, max, at, other, other_size);
    case 3:
    case 4:
        return insert(data, size, max, at);
    case 5: // after all others
        return insert(data, size, max, layout.at[layout.count]);
    default:
        if (len > 0)
            change(data, at, len);
        else
            data[0] = (uint8_t)rnd(8);
        return size;
    }
}

size_t ops_mutate(uint8_t *data, size_t size, const uint8_t *other, size_t other_size, size_t max,
                  unsigned seed)
{
    rnd_seed(seed);
    if (size == 0 && max > 0)
        data[size++] = 0;
    for (unsigned n = 1 + rnd(4); n > 0; n--)
        size = mutate_once(data, size, other, other_size, max);
    return size;
}
