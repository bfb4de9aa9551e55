// Derives the names in C and checks that no two declarations come to the same one: `a.b_c` and
// `a_b.c` are two names here and one in C.
#include <ctype.h>
#include <string.h>

#include "check.h"
#include "diag.h"
#include "reserved.h"

struct claims {
    struct program *program;
    struct table ordinary; // functions, types, members, constants: C name -> struct ident
    struct table tags;     // structs and enumerations
};

static const char *upper(struct program *program, const char *name)
{
    char *copy = arena_strndup(&program->arena, name, strlen(name));
    for (char *c = copy; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return copy;
}

static bool claim(struct claims *claims, struct table *table, const char *c_name,
                  const struct ident *ident)
{
    struct program *program = claims->program;
    const struct ident *first = table_put(table, c_name, (void *)(uintptr_t)ident);
    if (!first)
        return true;
    // Two of one name in one namespace were reported as that.
    if (strcmp(first->text, ident->text) == 0)
        return false;
    diag_error(program, ident->span, "in C, `%s` would be `%s`, which is taken", ident->text,
               c_name);
    if (first->span.source)
        diag_note(program, first->span, "by this");
    diag_help(program, "rename it");
    return false;
}

static bool claim_ordinary(struct claims *claims, const char *c_name, const struct ident *ident)
{
    const char *reserved = reserved_global(c_name);
    if (reserved) {
        diag_error(claims->program, ident->span, "in C, `%s` would be `%s`, which is %s",
                   ident->text, c_name, reserved);
        diag_help(claims->program, "choose another name");
        return false;
    }
    return claim(claims, &claims->ordinary, c_name, ident);
}

static void name_body(struct claims *claims, const struct message *message, struct body *body,
                      const char *suffix)
{
    struct arena *arena = &claims->program->arena;
    const struct namespace *ns = message->ns;
    const char *name = message->name.text;
    body->full_name =
        arena_printf(arena, "%s%s%s%s", ns->name, ns->parent ? "." : "", name, suffix);
    body->c_name = arena_printf(arena, "%s%s%s", ns->prefix, name, suffix);
    body->macro = arena_printf(arena, "%s_MSG", upper(claims->program, body->c_name));
    // One word about it is enough.
    const char *tag = arena_printf(arena, "%s_fields", body->c_name);
    if (claim_ordinary(claims, body->c_name, &message->name) &&
        claim_ordinary(claims, body->macro, &message->name))
        claim(claims, &claims->tags, tag, &message->name);
}

static void name_message(struct claims *claims, struct message *message)
{
    static const char *const members[] = {"type", "src", "raw", "ool_ptr", "ool_len"};
    name_body(claims, message, &message->request, "");
    if (message->has_reply)
        name_body(claims, message, &message->reply, "_reply");
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        if (strcmp(message->request.c_name, members[i]) == 0) {
            diag_error(claims->program, message->name.span,
                       "a message cannot be called `%s`: every message has a member of that name",
                       members[i]);
            diag_help(claims->program, "rename it, or put it into a namespace");
        }
    }
}

static void name_enum(struct claims *claims, struct enum_decl *enumeration)
{
    struct arena *arena = &claims->program->arena;
    enumeration->c_name =
        arena_printf(arena, "%s%s", enumeration->ns->prefix, enumeration->name.text);
    claim(claims, &claims->tags, enumeration->c_name, &enumeration->name);
    for (struct enum_item *item = enumeration->items; item; item = item->next) {
        item->c_name = upper(claims->program,
                             arena_printf(arena, "%s_%s", enumeration->c_name, item->name.text));
        claim_ordinary(claims, item->c_name, &item->name);
    }
}

static void name_namespace(struct claims *claims, struct namespace *ns)
{
    struct arena *arena = &claims->program->arena;
    for (struct enum_decl *enumeration = ns->enums; enumeration; enumeration = enumeration->next)
        name_enum(claims, enumeration);
    for (struct type_decl *type = ns->types; type; type = type->next) {
        type->c_name = arena_printf(arena, "%s%s_t", ns->prefix, type->name.text);
        claim_ordinary(claims, type->c_name, &type->name);
    }
    for (struct const_decl *constant = ns->consts; constant; constant = constant->next) {
        constant->c_name =
            upper(claims->program, arena_printf(arena, "%s%s", ns->prefix, constant->name.text));
        claim_ordinary(claims, constant->c_name, &constant->name);
    }
    for (struct message *message = ns->messages; message; message = message->next)
        name_message(claims, message);
}

// The dispatcher of a namespace, and the file of its stubs.
static void name_glue(struct claims *claims, const struct namespace *ns)
{
    struct arena *arena = &claims->program->arena;
    if (strncmp(ns->c_name, "idl_", 4) == 0 || strcmp(ns->c_name, "idl") == 0) {
        diag_error(claims->program, ns->ident.span, "a namespace cannot be called `%s`", ns->name);
        diag_help(claims->program, "`idl` and `idl_` are kept for generated code");
    }
    if (claim(claims, &claims->tags, arena_printf(arena, "%sops", ns->prefix), &ns->ident))
        claim_ordinary(claims, arena_printf(arena, "%sdispatch", ns->prefix), &ns->ident);
}

void check_c_names(struct program *program)
{
    static const struct ident message_struct = {.text = "message"};
    struct claims claims = {.program = program};
    table_put(&claims.tags, "message", (void *)(uintptr_t)&message_struct);
    for (struct namespace *ns = program->namespaces; ns; ns = ns->next) {
        if (ns->parent)
            name_glue(&claims, ns);
        name_namespace(&claims, ns);
    }
    table_free(&claims.ordinary);
    table_free(&claims.tags);
}
