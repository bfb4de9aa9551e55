// Checks names: each is declared once in its scope, and C can use it.
#include <inttypes.h>
#include <string.h>
#include "base_types.h"
#include "check.h"
#include "diag.h"
#include "reserved.h"

static void check_name(struct program *program, const struct ident *ident)
{
    size_t len = strlen(ident->text);
    if (len > 0 && ident->text[len - 1] == '_') {
        diag_error(program, ident->span, "`%s` ends in `_`", ident->text);
        diag_help(program, "names that end in `_` are reserved for generated code");
    }
}

static void declare(struct program *program, struct namespace *ns, struct ident *ident)
{
    check_name(program, ident);
    const struct ident *first = table_put(&ns->names, ident->text, ident);
    if (!first)
        return;
    diag_error(program, ident->span, "`%s` is declared twice", ident->text);
    diag_note(program, first->span, "the first is here");
    diag_help(program, "rename one of the two");
}

static void declare_type(struct program *program, struct namespace *ns, struct ident *ident,
                         struct table *table, void *declaration)
{
    if (base_type_find(ident->text)) {
        diag_error(program, ident->span, "`%s` is a type of the language", ident->text);
        diag_help(program, "choose another name");
        return;
    }
    declare(program, ns, ident);
    table_put(table, ident->text, declaration);
}

static void check_enum_items(struct program *program, struct enum_decl *enumeration)
{
    struct table names = {0}, values = {0};
    for (struct enum_item *item = enumeration->items; item; item = item->next) {
        check_name(program, &item->name);
        const struct enum_item *other = table_put(&names, item->name.text, item);
        if (other) {
            diag_error(program, item->name.span, "item `%s` is declared twice", item->name.text);
            diag_note(program, other->name.span, "the first is here");
            diag_help(program, "rename one of the two");
            continue;
        }
        const char *value = arena_printf(&program->arena, "%" PRIu64, item->value);
        other = table_put(&values, value, item);
        if (other) {
            diag_error(program, item->value_span, "items `%s` and `%s` have the same value",
                       other->name.text, item->name.text);
            diag_note(program, other->value_span, "the first is here");
            diag_help(program, "give `%s` another value", item->name.text);
        }
    }
    table_free(&names);
    table_free(&values);
}

static bool is_payload_word(const struct field *field)
{
    const char *type = field->type.name.text;
    return strcmp(type, "str") == 0 || strcmp(type, "bytes") == 0;
}

// `data_len` beside a payload `data`.
static bool is_len_of(const char *name, const struct field *payload)
{
    size_t len = strlen(payload->name.text);
    return is_payload_word(payload) && strncmp(name, payload->name.text, len) == 0 &&
           strcmp(name + len, "_len") == 0;
}

static void check_field(struct program *program, const struct body *body, const struct field *field)
{
    const char *name = field->name.text;
    check_name(program, &field->name);
    const char *reserved = reserved_word(name);
    if (reserved) {
        diag_error(program, field->name.span, "a field cannot be called `%s`: that is %s", name,
                   reserved);
        diag_help(program, "choose another name, such as `%s_value`", name);
    }
    for (const struct field *other = body->fields; other; other = other->next) {
        if (other != field && is_len_of(name, other)) {
            diag_error(program, field->name.span, "`%s` is already the length of `%s`", name,
                       other->name.text);
            diag_help(program, "leave the field out: a payload carries its length");
            return;
        }
    }
    for (const struct field *other = body->fields; other != field; other = other->next) {
        if (strcmp(other->name.text, name) == 0) {
            diag_error(program, field->name.span, "field `%s` is declared twice", name);
            diag_note(program, other->name.span, "the first is here");
            diag_help(program, "rename one of the two");
            return;
        }
    }
}

static void check_fields(struct program *program, const struct body *body)
{
    for (const struct field *field = body->fields; field; field = field->next)
        check_field(program, body, field);
}

static void check_namespace(struct program *program, struct namespace *ns)
{
    for (struct enum_decl *enumeration = ns->enums; enumeration; enumeration = enumeration->next) {
        declare_type(program, ns, &enumeration->name, &ns->enum_names, enumeration);
        check_enum_items(program, enumeration);
    }
    for (struct type_decl *type = ns->types; type; type = type->next)
        declare_type(program, ns, &type->name, &ns->type_names, type);
    for (struct const_decl *constant = ns->consts; constant; constant = constant->next)
        declare(program, ns, &constant->name);
    for (struct message *message = ns->messages; message; message = message->next) {
        declare(program, ns, &message->name);
        check_fields(program, &message->request);
        check_fields(program, &message->reply);
    }
}

void check_names(struct program *program)
{
    for (struct namespace *ns = program->namespaces; ns; ns = ns->next) {
        if (ns->parent)
            check_name(program, &ns->ident);
        check_namespace(program, ns);
    }
}
