// The grammar's root: runs of statements, namespaces and included files, which hold statements
// again, and the way back to the next statement after an error.
//
//   file      = { statement }
//   statement = doc | namespace | message | type | const | enum | include
#include "parser.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cursor.h"
#include "diag.h"
#include "grammar.h"
#include "source.h"

static void parse_statements(struct parser *parser);
static void parse_file(struct program *program, struct source *source, struct namespace *ns);

// After an error: skips to the end of the statement, or to what looks like the next statement.
static void recover(struct parser *parser, unsigned braces)
{
    while (parser->token->kind != TOKEN_END) {
        if (parser->braces <= braces) {
            if (parser_accept(parser, ';'))
                return;
            if (parser_is(parser, '}') && braces > 0)
                return;
            bool is_field = parser->token[1].kind == TOKEN_MARK && parser->token[1].mark == ':';
            if (parser->token->is_line_start && parser_at_statement(parser) && !is_field)
                return;
        }
        bool closes = parser_is(parser, '}') && parser->braces == braces + 1;
        parser_take(parser);
        if (closes) {
            parser_accept(parser, ';');
            return;
        }
    }
}

static bool parse_namespace(struct parser *parser)
{
    struct namespace *outer = parser->ns;
    struct ident ident;
    if (!namespace_open(parser, &ident))
        return false;
    parse_statements(parser);
    parser->ns = outer;
    return namespace_close(parser, &ident);
}

static bool parse_include(struct parser *parser)
{
    struct include include;
    if (!include_parse(parser, &include))
        return false;
    for (size_t i = 0; i < include.found.gl_pathc; i++) {
        struct source *source = include_open(parser, &include, include.found.gl_pathv[i]);
        if (source)
            parse_file(parser->program, source, parser->ns);
    }
    include_free(&include);
    return true;
}

static bool parse_statement(struct parser *parser)
{
    if (parser_is_word(parser, "namespace"))
        return parse_namespace(parser);
    if (parser_is_word(parser, "include"))
        return parse_include(parser);
    if (parser_is_word(parser, "type"))
        return parse_type(parser, parser_take_doc(parser));
    if (parser_is_word(parser, "const"))
        return parse_const(parser, parser_take_doc(parser));
    if (parser_is_word(parser, "enum"))
        return parse_enum(parser, parser_take_doc(parser));
    if (parser_at_statement(parser))
        return parse_message(parser, parser_take_doc(parser));
    if (parser_accept(parser, ';'))
        return true; // an empty statement, common after a namespace's }
    parser_unexpected(parser, "a statement");
    diag_help(parser->program, "statements start with namespace, rpc, oneway, async, idempotent, "
                               "type, const, enum or include");
    if (parser->token->kind == TOKEN_NAME || parser_is(parser, '}'))
        parser_take(parser);
    return false;
}

// Up to the end of the file, or to the `}` of the namespace.
static void parse_statements(struct parser *parser)
{
    unsigned braces = parser->braces;
    while (parser->token->kind != TOKEN_END) {
        if (parser_is(parser, '}') && braces > 0)
            return;
        bool declares_type = parser_is_word(parser, "type") || parser_is_word(parser, "enum") ||
                             parser_is_word(parser, "namespace");
        if (!parse_statement(parser)) {
            parser->program->lost_names |= declares_type;
            recover(parser, braces);
        }
    }
}

static void parse_file(struct program *program, struct source *source, struct namespace *ns)
{
    source->is_open = true;
    source->ns = ns;
    source->tokens = lexer_run(program, source);
    struct parser parser = {
        .program = program, .source = source, .ns = ns, .token = source->tokens};
    parse_statements(&parser);
    source->is_open = false;
}

static void check_doc(struct program *program, const struct token *token)
{
    if (!token->is_doc_taken) {
        diag_warn(program, token->doc_span, "this comment documents nothing and is lost");
        diag_help(program, "put a /// comment before a declaration, an item or a field; use // for "
                           "comments that are only for readers of the file");
    } else if (token->is_doc_behind) {
        diag_warn(program, token->doc_span,
                  "this comment documents what comes after it, not what is before it");
        diag_help(program, "put it on a line before the declaration");
    }
}

void parser_check_docs(struct program *program)
{
    for (const struct source *source = program->sources; source; source = source->next) {
        for (const struct token *token = source->tokens; token; token++) {
            if (token->doc)
                check_doc(program, token);
            if (token->kind == TOKEN_END)
                break;
        }
    }
}

void parser_add_file(struct program *program, const char *path)
{
    struct source *source = NULL;
    switch (source_open(program, path, false, &source)) {
    case SOURCE_NEW:
        parse_file(program, source, program->namespaces);
        break;
    case SOURCE_KNOWN:
        break; // it was named twice, or another file includes it
    case SOURCE_FAILED:
        diag_error(program, (struct span){0}, "%s: %s", path, strerror(errno));
        program->lost_names = true;
        break;
    }
}

void parser_add_text(struct program *program, const char *name, const char *text, size_t len)
{
    parse_file(program, source_add(program, name, text, len), program->namespaces);
}

struct program *program_new(void)
{
    struct program *program = memory_alloc(sizeof(*program));
    *program = (struct program){0};
    program->last_source = &program->sources;
    program->last_namespace = &program->namespaces;
    program->last_message = &program->messages;
    program->diags = arena_alloc(&program->arena, sizeof(*program->diags));
    namespace_new(program, NULL, &(struct ident){.text = ""});
    return program;
}

void program_free(struct program *program)
{
    for (struct namespace *ns = program->namespaces; ns; ns = ns->next)
        namespace_free(ns);
    diag_free(program->diags);
    arena_free(&program->arena);
    free(program);
}
