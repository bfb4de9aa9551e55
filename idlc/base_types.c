// The types of the language, and what a type is once all its aliases are resolved.
#include "base_types.h"
#include <string.h>

#define INT32_LIMIT  0x7fffffffu
#define UINT32_LIMIT 0xffffffffu
#define INT64_LIMIT  0x7fffffffffffffffu
#define UINT64_LIMIT 0xffffffffffffffffu

const struct base_type base_types[] = {
    {"str", "char *", BASE_STR, PAYLOAD_DESC_LEN, 8, 0, ""},
    {"bytes", "void *", BASE_BYTES, PAYLOAD_DESC_LEN, 8, 0, ""},
    {"char", "char", BASE_CHAR, 1, 1, 0x7f, ""},
    {"bool", "bool", BASE_BOOL, 1, 1, 1, ""},
    {"int", "int", BASE_NUMBER, 4, 4, INT32_LIMIT, ""},
    {"uint", "unsigned", BASE_NUMBER, 4, 4, UINT32_LIMIT, "u"},
    {"int8", "int8_t", BASE_NUMBER, 1, 1, 0x7f, ""},
    {"int16", "int16_t", BASE_NUMBER, 2, 2, 0x7fff, ""},
    {"int32", "int32_t", BASE_NUMBER, 4, 4, INT32_LIMIT, ""},
    {"int64", "int64_t", BASE_NUMBER, 8, 8, INT64_LIMIT, "ll"},
    {"uint8", "uint8_t", BASE_NUMBER, 1, 1, 0xff, "u"},
    {"uint16", "uint16_t", BASE_NUMBER, 2, 2, 0xffff, "u"},
    {"uint32", "uint32_t", BASE_NUMBER, 4, 4, UINT32_LIMIT, "u"},
    {"uint64", "uint64_t", BASE_NUMBER, 8, 8, UINT64_LIMIT, "ull"},
    {"size", "size_t", BASE_NUMBER, 8, 8, UINT64_LIMIT, "ul"},
    {"offset", "offset_t", BASE_NUMBER, 8, 8, UINT64_LIMIT, "ull"},
    {"task", "task_t", BASE_NUMBER, 4, 4, INT32_LIMIT, ""},
    {"handle", "handle_t", BASE_NUMBER, 4, 4, INT32_LIMIT, ""},
    {"vaddr", "vaddr_t", BASE_NUMBER, 8, 8, UINT64_LIMIT, "ul"},
    {"paddr", "paddr_t", BASE_NUMBER, 8, 8, UINT64_LIMIT, "ull"},
    {"gpaddr", "gpaddr_t", BASE_NUMBER, 8, 8, UINT64_LIMIT, "ull"},
    {"notifications", "notifications_t", BASE_NUMBER, 1, 1, 0xff, "u"},
    // Opaque: a task's registers. Resea passes them to hooks that emulate another system's ABI.
    {"trap_frame", "trap_frame_t", BASE_FRAME, 176, 8, 0, ""},
    {"hv_frame", "hv_frame_t", BASE_FRAME, 176, 8, 0, ""},
};
const size_t num_base_types = sizeof(base_types) / sizeof(base_types[0]);

const struct base_type *base_type_find(const char *name)
{
    for (size_t i = 0; i < num_base_types; i++) {
        if (strcmp(base_types[i].name, name) == 0)
            return &base_types[i];
    }
    return NULL;
}

static uint64_t multiply(uint64_t a, uint64_t b)
{
    return b != 0 && a > UINT32_LIMIT / b ? UINT32_LIMIT : a * b;
}

bool type_shape(const struct type_ref *type, struct type_shape *shape)
{
    *shape = (struct type_shape){.count = 1};
    for (;;) {
        if (type->is_array) {
            shape->is_array = true;
            shape->num_dimensions++;
            shape->count = multiply(shape->count, type->count);
        }
        if (!type->alias)
            break;
        if (type->alias->in_cycle)
            return false;
        type = &type->alias->type;
    }
    shape->base = type->base;
    shape->enumeration = type->enumeration;
    shape->element_size = type->base ? type->base->size : 4;
    shape->align = type->base ? type->base->align : 4;
    return type->base || type->enumeration;
}
