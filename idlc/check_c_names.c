// Derives the names in C and checks that no two declarations have the same one. For example,
// `a.b_c` and `a_b.c` differ in the IDL and are both `a_b_c` in C.
#include <ctype.h>
#include <string.h>
#include "check.h"
#include "diag.h"
#include "reserved.h"

// The declaration that has a name in C. `scope` names its namespace or, for an item, its
// enumeration. Two declarations with one name in one scope get an error of their own.
struct claimant {
    const struct ident *ident;
    const char *scope;
};

struct claims {
    struct program *program;
    const char *scope;
    struct table ordinary; // functions, types, members, constants: C name -> struct claimant
    struct table tags;     // structs and enumerations
    struct table words;    // macros and types: they mean the same wherever they stand
    struct table prefixes; // of constants, one for each namespace
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
    struct claimant *claimant = arena_alloc(&program->arena, sizeof(*claimant));
    *claimant = (struct claimant){ident, claims->scope};
    const struct claimant *first = table_put(table, c_name, claimant);
    if (!first)
        return true;
    if (strcmp(first->ident->text, ident->text) == 0 && strcmp(first->scope, claims->scope) == 0)
        return false;
    diag_error(program, ident->span, "in C, `%s` would be `%s`, which is taken", ident->text,
               c_name);
    diag_note(program, first->ident->span, "by this");
    diag_help(program, "rename it");
    return false;
}

static bool is_free(struct claims *claims, const char *reserved, const char *c_name,
                    const struct ident *ident)
{
    if (!reserved)
        return true;
    diag_error(claims->program, ident->span, "in C, `%s` would be `%s`, which is %s", ident->text,
               c_name, reserved);
    diag_help(claims->program, "choose another name");
    return false;
}

static bool claim_ordinary(struct claims *claims, const char *c_name, const struct ident *ident)
{
    return is_free(claims, reserved_global(c_name), c_name, ident) &&
           claim(claims, &claims->ordinary, c_name, ident);
}

static bool claim_tag(struct claims *claims, const char *c_name, const struct ident *ident)
{
    return is_free(claims, reserved_tag(c_name), c_name, ident) &&
           claim(claims, &claims->tags, c_name, ident);
}

// A macro or a type.
static bool claim_word(struct claims *claims, const char *c_name, const struct ident *ident)
{
    if (!claim_ordinary(claims, c_name, ident))
        return false;
    table_put(&claims->words, c_name, (void *)(uintptr_t)ident);
    return true;
}

static void name_body(struct claims *claims, const struct message *message, struct body *body,
                      const char *suffix)
{
    struct arena *arena = &claims->program->arena;
    const struct namespace *ns = message->ns;
    const struct ident *ident = &message->name;
    body->full_name =
        arena_printf(arena, "%s%s%s%s", ns->name, ns->parent ? "." : "", ident->text, suffix);
    body->c_name = arena_printf(arena, "%s%s%s", ns->prefix, ident->text, suffix);
    body->macro = arena_printf(arena, "%s_MSG", upper(claims->program, body->c_name));
    // The name is that of a member and, in a namespace, of a function. One error is enough.
    const char *reserved = ns->parent ? reserved_global(body->c_name) : reserved_word(body->c_name);
    if (is_free(claims, reserved, body->c_name, ident) &&
        claim(claims, &claims->ordinary, body->c_name, ident) &&
        claim_word(claims, body->macro, ident))
        claim_tag(claims, arena_printf(arena, "%s_fields", body->c_name), ident);
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
    const char *scope = claims->scope;
    enumeration->c_name =
        arena_printf(arena, "%s%s", enumeration->ns->prefix, enumeration->name.text);
    bool is_known = !claim_tag(claims, enumeration->c_name, &enumeration->name);
    claims->scope = arena_printf(arena, "%s:%s", scope, enumeration->name.text);
    for (struct enum_item *item = enumeration->items; item; item = item->next) {
        item->c_name = upper(claims->program,
                             arena_printf(arena, "%s_%s", enumeration->c_name, item->name.text));
        if (!is_known)
            claim_ordinary(claims, item->c_name, &item->name);
    }
    claims->scope = scope;
}

static void name_namespace(struct claims *claims, struct namespace *ns)
{
    struct arena *arena = &claims->program->arena;
    claims->scope = ns->name;
    for (struct enum_decl *enumeration = ns->enums; enumeration; enumeration = enumeration->next)
        name_enum(claims, enumeration);
    for (struct type_decl *type = ns->types; type; type = type->next) {
        type->c_name = arena_printf(arena, "%s%s_t", ns->prefix, type->name.text);
        if (claim_word(claims, type->c_name, &type->name))
            claim_tag(claims, type->c_name, &type->name); // types and tags share names in C++
    }
    for (struct const_decl *constant = ns->consts; constant; constant = constant->next) {
        constant->c_name =
            upper(claims->program, arena_printf(arena, "%s%s", ns->prefix, constant->name.text));
        claim_word(claims, constant->c_name, &constant->name);
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
        diag_help(claims->program, "`idl` and `idl_` are reserved for generated code");
    }
    claims->scope = ns->parent->name;
    if (claim_tag(claims, arena_printf(arena, "%sops", ns->prefix), &ns->ident) &&
        claim_ordinary(claims, arena_printf(arena, "%sdispatch", ns->prefix), &ns->ident))
        claim(claims, &claims->prefixes, upper(claims->program, ns->c_name), &ns->ident);
}

static void check_word(const struct claims *claims, const struct ident *ident, const char *c_name)
{
    const struct ident *first = table_get(&claims->words, c_name);
    if (!first)
        return;
    diag_error(claims->program, ident->span, "`%s` is a macro or a type in C", c_name);
    diag_note(claims->program, first->span, "made from this");
    diag_help(claims->program, "rename one of the two");
}

// Names of parameters and members: a macro of that name would be expanded, and a type hidden.
static void check_words(const struct claims *claims)
{
    for (const struct namespace *ns = claims->program->namespaces; ns; ns = ns->next)
        check_word(claims, &ns->ident, ns->c_name);
    for (const struct message *m = claims->program->messages; m; m = m->next_all) {
        check_word(claims, &m->name, m->name.text);
        for (const struct field *f = m->request.fields; f; f = f->next)
            check_word(claims, &f->name, f->name.text);
        for (const struct field *f = m->reply.fields; f; f = f->next)
            check_word(claims, &f->name, f->name.text);
    }
}

void check_c_names(struct program *program)
{
    struct claims claims = {.program = program};
    for (struct namespace *ns = program->namespaces; ns; ns = ns->next) {
        if (ns->parent)
            name_glue(&claims, ns);
        name_namespace(&claims, ns);
    }
    check_words(&claims);
    table_free(&claims.ordinary);
    table_free(&claims.tags);
    table_free(&claims.words);
    table_free(&claims.prefixes);
}
