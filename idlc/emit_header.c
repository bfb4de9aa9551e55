// Emits oolong/idl.h: constants, types, message numbers, the fields of each message, and struct
// message.
#include <inttypes.h>
#include "base_types.h"
#include "emit.h"
#include "source.h"

static void put_const(struct text *out, const struct const_decl *constant)
{
    struct type_shape shape;
    type_shape(&constant->type, &shape);
    emit_doc(out, "", constant->doc);
    text_printf(out, "#define %s %" PRIu64 "%s\n", constant->c_name, constant->value,
                shape.base->suffix);
}

static void put_enum(struct text *out, const struct enum_decl *enumeration)
{
    text_putc(out, '\n');
    emit_doc(out, "", enumeration->doc);
    text_printf(out, "enum %s {\n", enumeration->c_name);
    for (const struct enum_item *item = enumeration->items; item; item = item->next) {
        emit_doc(out, "    ", item->doc);
        text_printf(out, "    %s = %" PRIu64 ",\n", item->c_name, item->value);
    }
    text_puts(out, "};\n");
}

// Emits the type that an alias names before the alias, whatever their order in the files.
static void put_alias(struct text *out, struct type_decl *type)
{
    if (type->emitted)
        return;
    type->emitted = true;
    if (type->type.alias)
        put_alias(out, type->type.alias);
    text_putc(out, '\n');
    emit_doc(out, "", type->doc);
    text_puts(out, "typedef ");
    emit_put_type(out, &type->type);
    text_printf(out, "%s%s", out->chars[out->len - 1] == '*' ? "" : " ", type->c_name);
    if (type->type.is_array)
        text_printf(out, "[%" PRIu64 "]", type->type.count);
    text_puts(out, ";\n");
}

static void put_types(const struct program *program, struct text *out)
{
    for (const struct namespace *ns = program->namespaces; ns; ns = ns->next) {
        if (ns->consts)
            text_putc(out, '\n');
        for (const struct const_decl *c = ns->consts; c; c = c->next)
            put_const(out, c);
        for (const struct enum_decl *e = ns->enums; e; e = e->next)
            put_enum(out, e);
    }
    text_puts(out, "\n// Opaque: the registers of a task.\n"
                   "typedef struct {\n    uint64_t opaque[22];\n} trap_frame_t, hv_frame_t;\n");
    for (const struct namespace *ns = program->namespaces; ns; ns = ns->next) {
        for (struct type_decl *t = ns->types; t; t = t->next)
            put_alias(out, t);
    }
}

static void put_numbers(const struct program *program, struct text *out)
{
    text_puts(out, "\n// Type words: see oolong/message.h.\n");
    for (const struct message *m = program->messages; m; m = m->next_all) {
        text_printf(out, "#define %s 0x%" PRIx32 "\n", m->request.macro, m->request.type);
        if (m->has_reply)
            text_printf(out, "#define %s 0x%" PRIx32 "\n", m->reply.macro, m->reply.type);
    }
}

static void put_field(struct text *out, const struct field *field)
{
    const char *name = field->name.text;
    emit_doc(out, "    ", field->doc);
    text_puts(out, "    ");
    if (field->is_payload) {
        text_printf(out, "%s *%s;\n    size_t %s_len;\n", field->is_str ? "char" : "void", name,
                    name);
        return;
    }
    emit_put_type(out, &field->type);
    text_printf(out, " %s", name);
    if (field->type.is_array)
        text_printf(out, "[%" PRIu64 "]", field->type.count);
    text_puts(out, ";\n");
}

static void put_body(struct text *out, const struct body *body)
{
    text_printf(out, "struct %s_fields {\n", body->c_name);
    for (const struct field *field = body->laid_out; field; field = field->next_laid_out)
        put_field(out, field);
    // An empty struct has different sizes in C and C++.
    if (!body->laid_out)
        text_puts(out, "    uint8_t no_fields;\n");
    text_puts(out, "};\n");
}

static void put_bodies(const struct program *program, struct text *out)
{
    for (const struct namespace *ns = program->namespaces; ns; ns = ns->next) {
        if (ns->parent)
            text_printf(out, "\n// --- %s (%s)\n", ns->name,
                        source_basename(ns->ident.span.source));
        emit_doc(out, "", ns->doc);
        for (const struct message *m = ns->messages; m; m = m->next) {
            text_putc(out, '\n');
            emit_doc(out, "", m->doc);
            put_body(out, &m->request);
            if (m->has_reply)
                put_body(out, &m->reply);
        }
    }
}

static void put_message_struct(const struct program *program, struct text *out)
{
    text_puts(out, "\nstruct message {\n"
                   "    int type;   // one of the *_MSG words, or a negative error\n"
                   "    task_t src; // the sender; set by the receiver's libipc\n"
                   "    __extension__ union {\n"
                   "        uint8_t raw[248];\n"
                   "        __extension__ struct {\n"
                   "            void *ool_ptr; // the first payload\n"
                   "            size_t ool_len;\n"
                   "        };\n");
    for (const struct message *m = program->messages; m; m = m->next_all) {
        text_printf(out, "        struct %s_fields %s;\n", m->request.c_name, m->request.c_name);
        if (m->has_reply)
            text_printf(out, "        struct %s_fields %s;\n", m->reply.c_name, m->reply.c_name);
    }
    text_puts(out, "    };\n};\n");
}

static void put_asserts_of(struct text *out, const struct body *body)
{
    for (const struct field *field = body->laid_out; field; field = field->next_laid_out) {
        text_printf(out, "STATIC_ASSERT(offsetof(struct message, %s.%s) == %zu)\n", body->c_name,
                    field->name.text, field->offset);
        if (field->is_payload)
            text_printf(out, "STATIC_ASSERT(offsetof(struct message, %s.%s_len) == %zu)\n",
                        body->c_name, field->name.text, field->offset + 8);
    }
}

static void put_asserts(const struct program *program, struct text *out)
{
    text_puts(out, "\n// What the compiler of C makes of it must be what idlc computed.\n"
                   "STATIC_ASSERT(sizeof(void *) == 8)\n"
                   "STATIC_ASSERT(sizeof(struct message) == 256)\n"
                   "STATIC_ASSERT(offsetof(struct message, raw) == 8)\n"
                   "STATIC_ASSERT(offsetof(struct message, ool_ptr) == 8)\n"
                   "STATIC_ASSERT(offsetof(struct message, ool_len) == 16)\n");
    for (const struct message *m = program->messages; m; m = m->next_all) {
        put_asserts_of(out, &m->request);
        if (m->has_reply)
            put_asserts_of(out, &m->reply);
    }
}

void emit_header(const struct program *program, struct text *out)
{
    emit_banner(out, "The messages of all interfaces. Programs include <oolong/message.h>, which "
                     "includes this.");
    text_puts(out, "#ifndef OOLONG_IDL_H\n#define OOLONG_IDL_H\n\n#include <oolong/types.h>\n");
    put_types(program, out);
    put_numbers(program, out);
    put_bodies(program, out);
    put_message_struct(program, out);
    put_asserts(program, out);
    text_puts(out, "\n#endif\n");
    emit_wrap(out);
}
