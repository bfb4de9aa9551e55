// Digests of interfaces. A digest covers what two programs must agree on: names, kinds, numbers,
// and the name, the resolved type and the place of each field. It does not cover comments.
#include <inttypes.h>
#include "base_types.h"
#include "layout.h"

static void put_enum(struct text *text, const struct enum_decl *enumeration)
{
    text_printf(text, "enum %s{", enumeration->name.text);
    for (const struct enum_item *item = enumeration->items; item; item = item->next)
        text_printf(text, "%s=%" PRIu64 ",", item->name.text, item->value);
    text_puts(text, "}");
}

static void put_body(struct text *text, const struct body *body)
{
    text_printf(text, " %08" PRIx32 "(", body->type);
    for (const struct field *field = body->fields; field; field = field->next) {
        struct type_shape shape;
        if (!type_shape(&field->type, &shape))
            continue;
        text_printf(text, "%s:", field->name.text);
        if (shape.enumeration)
            put_enum(text, shape.enumeration);
        else
            text_puts(text, shape.base->name);
        text_printf(text, "[%" PRIu64 "]@%zu,", shape.count, field->offset);
    }
    text_puts(text, ")");
}

static void put_message(struct text *text, const struct message *message)
{
    text_printf(text, "%s %s%s", message->has_reply ? "rpc" : "oneway",
                message->is_async ? "async " : "", message->request.full_name);
    put_body(text, &message->request);
    if (message->has_reply)
        put_body(text, &message->reply);
    text_puts(text, "\n");
}

// Mixes the bits: in a plain FNV-1a hash, the last letters change only the low bits.
static uint32_t digest_text(struct text *text)
{
    uint32_t hash = fnv1a(FNV_START, text->chars ? text->chars : "");
    text_free(text);
    hash ^= hash >> 16;
    hash *= 0x85ebca6bu;
    hash ^= hash >> 13;
    hash *= 0xc2b2ae35u;
    hash ^= hash >> 16;
    return hash;
}

static uint32_t digest_alone(const struct message *message)
{
    struct text text = {0};
    put_message(&text, message);
    return digest_text(&text);
}

// The digest of a message includes all constants and enums of its namespace, because a number in a
// field may be one of them.
uint32_t digest_message(const struct message *message)
{
    return digest_alone(message) + (message->ns->parent ? message->ns->scope_digest : 0);
}

void digest_namespaces(struct program *program)
{
    for (struct namespace *ns = program->namespaces; ns; ns = ns->next) {
        struct text text = {0};
        text_printf(&text, "namespace %s\n", ns->name);
        // The digests are added up, so that the order of declarations does not matter.
        ns->digest = digest_text(&text);
        for (const struct enum_decl *e = ns->enums; e; e = e->next) {
            put_enum(&text, e);
            ns->digest += digest_text(&text);
        }
        for (const struct const_decl *c = ns->consts; c; c = c->next) {
            text_printf(&text, "const %s=%" PRIu64, c->name.text, c->value);
            ns->digest += digest_text(&text);
        }
        ns->scope_digest = ns->digest;
        for (const struct message *m = ns->messages; m; m = m->next)
            ns->digest += digest_alone(m);
    }
}
