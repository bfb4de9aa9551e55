// Parses namespaces.
//
//   namespace = "namespace" NAME "{" { statement } "}"
#include <string.h>
#include "diag.h"
#include "grammar.h"
#include "source.h"

#define MAX_DEPTH 8 // of namespaces in namespaces

struct namespace *namespace_new(struct program *program, struct namespace *parent,
                                const struct ident *ident)
{
    struct arena *arena = &program->arena;
    struct namespace *ns = arena_alloc(arena, sizeof(*ns));
    ns->parent = parent;
    ns->ident = *ident;
    bool is_nested = parent && parent->parent;
    ns->name = is_nested ? arena_printf(arena, "%s.%s", parent->name, ident->text) : ident->text;
    ns->c_name =
        is_nested ? arena_printf(arena, "%s_%s", parent->c_name, ident->text) : ident->text;
    ns->prefix = parent ? arena_printf(arena, "%s_", ns->c_name) : "";
    ns->last_message = &ns->messages;
    ns->last_type = &ns->types;
    ns->last_const = &ns->consts;
    ns->last_enum = &ns->enums;
    *program->last_namespace = ns;
    program->last_namespace = &ns->next;
    return ns;
}

void namespace_free(struct namespace *ns)
{
    table_free(&ns->names);
    table_free(&ns->type_names);
    table_free(&ns->enum_names);
    table_free(&ns->field_names);
}

static struct namespace *find(struct parser *parser, const struct namespace *parent,
                              const char *name)
{
    for (struct namespace *ns = parser->program->namespaces; ns; ns = ns->next) {
        if (ns->parent == parent && strcmp(ns->ident.text, name) == 0)
            return ns;
    }
    return NULL;
}

// The namespace of that name, which may be opened several times in one file. Another file's
// namespace of the same name is a copy, which copies.c compares: an interface stands in one file,
// so that two programs cannot see different parts of it by accident.
static struct namespace *find_or_make(struct parser *parser, const struct ident *ident)
{
    struct namespace *outer = parser->ns;
    struct namespace *ns = find(parser, outer->copy_of ? outer->copy_of : outer, ident->text);
    if (ns && ns->ident.span.source == ident->span.source)
        return ns;
    struct namespace *new = namespace_new(parser->program, outer, ident);
    new->copy_of = ns;
    return new;
}

static bool check_depth(struct parser *parser, const struct ident *ident)
{
    unsigned depth = 0;
    for (const struct namespace *ns = parser->ns; ns; ns = ns->parent)
        depth++;
    if (depth <= MAX_DEPTH)
        return true;
    diag_error(parser->program, ident->span, "namespaces are nested more than %d deep", MAX_DEPTH);
    diag_help(parser->program, "join some of the names with _");
    return false;
}

bool namespace_open(struct parser *parser, struct ident *ident)
{
    struct token *first = parser->token;
    parser_take(parser);
    if (!parser_expect_name(parser, "the namespace's name", ident) || !check_depth(parser, ident) ||
        !parser_expect(parser, '{', "after the namespace's name"))
        return false;
    parser->ns = find_or_make(parser, ident);
    if (!parser->ns->doc) {
        first->is_doc_taken = true;
        parser->ns->doc = first->doc;
    }
    return true;
}

bool namespace_close(struct parser *parser, const struct ident *ident)
{
    if (parser_accept(parser, '}'))
        return true;
    parser_unexpected(parser, "`}`");
    diag_note(parser->program, ident->span, "it would close this namespace");
    diag_help(parser->program, "close it with }");
    return false;
}
