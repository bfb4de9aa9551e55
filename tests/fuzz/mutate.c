// The mutator of the vm target changes whole operations, for AFL++ (AFL_CUSTOM_MUTATOR_LIBRARY) and
// libFuzzer. Most new operations can succeed: they have small task numbers, readable addresses and
// sizes that fit. Sometimes a field has another value.
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "mutate.h"
#include "rnd.h"
#include "stories.h"

#define RAW_BYTES  256
#define LONG_INPUT 16 // operations

static const struct {
    uint32_t type;
    unsigned size;
} message_types[] = {
#include "message_types.inc"
};
#define NUM_MESSAGE_TYPES (sizeof(message_types) / sizeof(message_types[0]))

// --- Operations ---------------------------------------------------------------------------------

static uint8_t random_kind(void)
{
    static const uint8_t often[] = {OP_REGISTER, OP_SEND,   OP_SEND, OP_SEND,   OP_SEND_MANY,
                                    OP_VERIFY,   OP_VERIFY, OP_WAIT, OP_WAIT,   OP_RACE,
                                    OP_COPY,     OP_TIME,   OP_DIE,  OP_COPIED, OP_COPIED};
    if (one_in(2))
        return often[rnd(sizeof(often))];
    return (uint8_t)rnd(OP_NUM);
}

static uint8_t random_addr(uint8_t kind)
{
    switch (kind) {
    case OP_REGISTER:
        return one_in(8) ? (uint8_t)rnd(16) : (uint8_t)(16 + rnd(8));
    case OP_PROTECT:
        return (uint8_t)rnd(one_in(2) ? 8 : 128);
    default:
        return one_in(5) ? (uint8_t)rnd(one_in(4) ? 256 : 16) : 0;
    }
}

static uint8_t random_len(uint8_t kind)
{
    if (kind == OP_REGISTER && !one_in(4))
        return one_in(3) ? 254 : (uint8_t)(192 + rnd(64));
    if (one_in(4))
        return (uint8_t)rnd(32);
    if (one_in(8))
        return (uint8_t)rnd(256);
    return (uint8_t)(64 + rnd(100));
}

static void random_op(struct op *op, uint8_t kind)
{
    unsigned tasks = one_in(3) ? 8 : 3;
    memset(op, 0, sizeof(*op));
    op->kind = kind;
    op->actor = (uint8_t)rnd(tasks);
    op->target = one_in(20) ? (uint8_t)(24 + rnd(8)) : (uint8_t)rnd(tasks);
    op->addr = random_addr(kind);
    op->len = random_len(kind);
    op->gen = one_in(15) ? (uint8_t)(rnd(4) | rnd(4) << 4) : 0;
    op->a = (uint8_t)rnd(one_in(4) ? 256 : 8);
    op->b = one_in(2) ? 0 : (uint8_t)rnd(one_in(4) ? 256 : 8);
    op->value = (uint64_t)rnd(256) << 40 | rnd(256);
    if (one_in(8))
        op->value = (uint64_t)rnd(UINT32_MAX) << 32 | rnd(UINT32_MAX);
    if (kind == OP_TIME && !one_in(4)) { // half a deadline, a whole one, or until the next one
        static const uint8_t steps[] = {3, 3, 4, 7};
        op->a = steps[rnd(sizeof(steps))];
        op->b &= (uint8_t)(one_in(4) ? 0xff : 0xfe);
    }
    if (kind == OP_SEND_MANY) {
        op->b = (uint8_t)(one_in(8) ? rnd(8) : 2 + rnd(3));
        op->len = (uint8_t)(one_in(3) ? rnd(16) : 0);
        op->value = (uint64_t)rnd(UINT32_MAX) & (one_in(2) ? 0x3f3f3f3f : 0xffffffff);
    }
}

static void random_message(uint8_t *raw)
{
    uint32_t which = rnd(NUM_MESSAGE_TYPES);
    uint32_t type = message_types[which].type;
    memset(raw, 0, RAW_BYTES);
    if (one_in(6))
        type ^= 1u << rnd(32);
    memcpy(raw, &type, sizeof(type));
    for (unsigned i = 8; i < 8 + message_types[which].size; i += one_in(2) ? 4 : 8) {
        uint64_t value = one_in(3) ? rnd(12) : one_in(3) ? rnd(UINT32_MAX) : 0;
        if (one_in(4)) // an address of a task from which it can send
            value = (uint64_t)(2 + rnd(8)) << 32 | (2u << 20) | rnd(8192);
        if (one_in(12))
            value = UINT64_MAX - rnd(4096);
        memcpy(raw + i, &value, one_in(2) ? 4 : 8);
    }
}

// --- Inputs -------------------------------------------------------------------------------------

// The offsets of the records of an input. A raw message belongs to its record.
struct layout {
    size_t at[OPS_MAX + 1]; // and the end
    unsigned count;
};

static void find_layout(const uint8_t *data, size_t size, struct layout *layout)
{
    size_t at = 0;
    layout->count = 0;
    while (layout->count < OPS_MAX && at + sizeof(struct op) <= size) {
        layout->at[layout->count++] = at;
        at += sizeof(struct op) + (data[at] % OP_NUM == OP_RAW ? RAW_BYTES : 0);
    }
    layout->at[layout->count] = at < size ? at : size - size % sizeof(struct op);
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

static size_t insert_op(uint8_t *data, size_t size, size_t max, size_t at)
{
    struct {
        struct op op;
        uint8_t raw[RAW_BYTES];
    } new;
    random_op(&new.op, random_kind());
    random_message(new.raw);
    return splice(data, size, max, at, 0, &new,
                  new.op.kind == OP_RAW ? sizeof(new) : sizeof(new.op));
}

static size_t insert_story(uint8_t *data, size_t size, size_t max, size_t at)
{
    const struct story *story = &stories[rnd(stories_count)];
    struct op ops[OPS_MAX];
    unsigned count = (unsigned)(story->len / sizeof(struct op));
    uint8_t turn = (uint8_t)rnd(8);
    memcpy(ops, story->ops, story->len);
    for (unsigned i = 0; i < count; i++) { // the same operations with other actors
        ops[i].actor = (ops[i].actor + turn) % 8;
        if (ops[i].target < 8)
            ops[i].target = (ops[i].target + turn) % 8;
    }
    unsigned from = one_in(2) ? 0 : rnd(count);
    return splice(data, size, max, at, 0, ops + from, (count - from) * sizeof(struct op));
}

static void change_field(struct op *op)
{
    struct op other;
    random_op(&other, op->kind % OP_NUM);
    switch (rnd(8)) {
    case 0:
        op->actor = other.actor;
        break;
    case 1:
        op->target = other.target;
        break;
    case 2:
        op->addr = other.addr;
        break;
    case 3:
        op->len = other.len;
        break;
    case 4:
        op->gen = other.gen;
        break;
    case 5:
        op->a = one_in(2) ? (uint8_t)(op->a + 1) : other.a;
        break;
    case 6:
        op->b = one_in(2) ? (uint8_t)(op->b ^ 1 << rnd(8)) : other.b;
        break;
    default:
        op->value = one_in(2) ? op->value + rnd(3) - 1 : other.value;
        break;
    }
}

static void change(uint8_t *data, size_t at, size_t len)
{
    struct op op;
    memcpy(&op, data + at, sizeof(op));
    if (op.kind % OP_NUM == OP_RAW && len == sizeof(op) + RAW_BYTES && one_in(2)) {
        if (one_in(3))
            random_message(data + at + sizeof(op));
        else
            data[at + sizeof(op) + rnd(64)] = (uint8_t)rnd(256);
        return;
    }
    change_field(&op);
    memcpy(data + at, &op, sizeof(op));
}

// Short inputs reach as much, and more of them run in the same time. Some inputs stay long, because
// it takes many operations to fill a table.
static size_t shorten(uint8_t *data, size_t size)
{
    struct layout layout;
    find_layout(data, size, &layout);
    if (layout.count <= LONG_INPUT || one_in(16))
        return size;
    unsigned drop = layout.count - LONG_INPUT + rnd(LONG_INPUT / 2);
    unsigned from = rnd(layout.count - drop + 1);
    return splice(data, size, size, layout.at[from], layout.at[from + drop] - layout.at[from], "",
                  0);
}

size_t ops_mutate(uint8_t *data, size_t size, const uint8_t *other, size_t other_size, size_t max,
                  unsigned seed)
{
    struct layout layout;
    struct layout others;
    rnd_seed(seed);
    for (unsigned n = 1 + rnd(4); n > 0; n--) {
        find_layout(data, size, &layout);
        unsigned i = layout.count ? rnd(layout.count) : 0;
        unsigned k = layout.count ? rnd(layout.count) : 0;
        size_t len = layout.count ? layout.at[i + 1] - layout.at[i] : 0;
        size_t size_k = layout.count ? layout.at[k + 1] - layout.at[k] : 0;
        uint8_t copy[sizeof(struct op) + RAW_BYTES];
        size_t begin = layout.at[i];
        switch (layout.count ? rnd(12) : rnd(2)) {
        case 0:
            size = insert_story(data, size, max, layout.count ? begin : 0);
            break;
        case 1:
        case 2:
            size = insert_op(data, size, max, one_in(2) ? layout.at[layout.count] : begin);
            break;
        case 3:
            size = splice(data, size, max, begin, len, "", 0);
            break;
        case 4: // a copy of a record, elsewhere
            memcpy(copy, data + layout.at[k], size_k);
            size = splice(data, size, max, begin, 0, copy, size_k);
            break;
        case 5: // a piece of another input
            find_layout(other, other_size, &others);
            if (others.count) {
                unsigned from = rnd(others.count);
                unsigned to = from + 1 + rnd(others.count - from);
                size = splice(data, size, max, begin, 0, other + others.at[from],
                              others.at[to] - others.at[from]);
            }
            break;
        default:
            change(data, begin, len);
            break;
        }
    }
    return shorten(data, size);
}
