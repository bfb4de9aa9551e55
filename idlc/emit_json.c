// Emits idl.json: every message in a form for fuzzers, tracers and dissectors.
//
//   { "format": 1, "namespaces": [...], "messages": [ { "namespace", "name", "kind", "id", "type",
//     "size", "fields": [ { "name", "type", "kind", "offset", "size", "count" } ] } ] }
#include <inttypes.h>
#include "base_types.h"
#include "emit.h"
#include "source.h"

// Source text is valid UTF-8; its only control characters are line ends and tabs.
static void put_string(struct text *out, const char *string)
{
    text_putc(out, '"');
    for (const char *c = string ? string : ""; *c; c++) {
        if (*c == '"' || *c == '\\')
            text_putc(out, '\\');
        if (*c == '\n')
            text_puts(out, "\\n");
        else if (*c == '\t')
            text_puts(out, "\\t");
        else if (*c == '\r')
            text_puts(out, "\\r");
        else
            text_putc(out, *c);
    }
    text_putc(out, '"');
}

static void put_pair(struct text *out, const char *key, const char *value)
{
    text_printf(out, "\"%s\": ", key);
    put_string(out, value);
}

static const char *kind_of(const struct type_shape *shape)
{
    static const char *const kinds[] = {
        [BASE_NUMBER] = "number", [BASE_CHAR] = "char",   [BASE_BOOL] = "bool",
        [BASE_STR] = "str",       [BASE_BYTES] = "bytes", [BASE_FRAME] = "opaque"};
    return shape->enumeration ? "enum" : kinds[shape->base->kind];
}

static void put_field(struct text *out, const struct field *field)
{
    struct type_shape shape;
    type_shape(&field->type, &shape);
    text_puts(out, "        {");
    put_pair(out, "name", field->name.text);
    text_puts(out, ", ");
    put_pair(out, "type", shape.enumeration ? shape.enumeration->name.text : shape.base->name);
    text_puts(out, ", ");
    put_pair(out, "kind", kind_of(&shape));
    if (shape.enumeration) {
        text_puts(out, ", ");
        put_pair(out, "enum", shape.enumeration->c_name);
    }
    text_printf(out, ", \"offset\": %zu, \"size\": %zu, \"count\": %" PRIu64 "}", field->offset,
                field->size, shape.count);
}

static void put_body(struct text *out, const struct message *message, const struct body *body,
                     const char *kind)
{
    text_puts(out, "    {\n      ");
    put_pair(out, "namespace", message->ns->name);
    text_puts(out, ", ");
    put_pair(out, "name", body->full_name);
    text_puts(out, ", ");
    put_pair(out, "kind", kind);
    text_puts(out, ",\n      ");
    put_pair(out, "macro", body->macro);
    text_printf(out, ", \"id\": %u, \"type\": %" PRIu32 ", \"payloads\": %u, \"size\": %zu,\n",
                body->id, body->type, body->num_payloads, body->size);
    text_printf(out, "      \"async\": %s, \"idempotent\": %s, ",
                message->is_async ? "true" : "false", message->is_idempotent ? "true" : "false");
    put_pair(out, "reply",
             message->has_reply && body == &message->request ? message->reply.full_name : "");
    text_puts(out, ",\n      ");
    put_pair(out, "doc", message->doc);
    text_puts(out, ",\n      \"fields\": [");
    for (const struct field *field = body->laid_out; field; field = field->next_laid_out) {
        text_puts(out, field == body->laid_out ? "\n" : ",\n");
        put_field(out, field);
    }
    text_puts(out, body->laid_out ? "\n      ]\n    }" : "]\n    }");
}

static void put_enums(struct text *out, const struct namespace *ns)
{
    text_puts(out, "      \"enums\": [");
    for (const struct enum_decl *e = ns->enums; e; e = e->next) {
        text_puts(out, e == ns->enums ? "\n        {" : ",\n        {");
        put_pair(out, "name", e->c_name);
        text_puts(out, ", \"items\": {");
        for (const struct enum_item *item = e->items; item; item = item->next) {
            if (item != e->items)
                text_puts(out, ", ");
            put_string(out, item->name.text);
            text_printf(out, ": %" PRIu64, item->value);
        }
        text_puts(out, "}}");
    }
    text_puts(out, ns->enums ? "\n      ],\n" : "],\n");
}

static void put_consts(struct text *out, const struct namespace *ns)
{
    text_puts(out, "      \"consts\": {");
    for (const struct const_decl *c = ns->consts; c; c = c->next) {
        if (c != ns->consts)
            text_puts(out, ", ");
        put_string(out, c->name.text);
        text_printf(out, ": %" PRIu64, c->value);
    }
    text_puts(out, "}\n    }");
}

static void put_namespace(struct text *out, const struct namespace *ns)
{
    text_puts(out, "    {\n      ");
    put_pair(out, "name", ns->name);
    text_puts(out, ", ");
    put_pair(out, "file", ns->parent ? source_basename(ns->ident.span.source) : "");
    text_printf(out, ", \"digest\": %" PRIu32 ",\n      ", ns->digest);
    put_pair(out, "doc", ns->doc);
    text_puts(out, ",\n");
    put_enums(out, ns);
    put_consts(out, ns);
}

void emit_json(const struct program *program, struct text *out)
{
    text_puts(out, "{\n  \"format\": 1,\n  \"namespaces\": [\n");
    for (const struct namespace *ns = program->namespaces; ns; ns = ns->next) {
        put_namespace(out, ns);
        text_puts(out, ns->next ? ",\n" : "\n");
    }
    text_puts(out, "  ],\n  \"messages\": [");
    for (const struct message *m = program->messages; m; m = m->next_all) {
        text_puts(out, m == program->messages ? "\n" : ",\n");
        put_body(out, m, &m->request, m->has_reply ? "request" : "oneway");
        if (m->has_reply) {
            text_puts(out, ",\n");
            put_body(out, m, &m->reply, "reply");
        }
    }
    text_puts(out, "\n  ]\n}\n");
}
