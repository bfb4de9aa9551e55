// The parser's frame: the cursor, the list of statements, and finding the way back after an error.
//
//   file      = { statement }
//   statement = doc | namespace | message | type | const | enum | include
#include "parser.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"
#include "parser_internal.h"
#include "source.h"

struct token *parser_take(struct parser *parser)
{
    struct token *token = parser->token;
    if (token->kind == TOKEN_END)
        return token;
    if (token->kind == TOKEN_MARK && token->mark == '{')
        parser->braces++;
    if (token->kind == TOKEN_MARK && token->mark == '}' && parser->braces > 0)
        parser->braces--;
    parser->previous = token;
    parser->token++;
    return token;
}

const char *parser_take_doc(struct parser *parser)
{
    parser->token->is_doc_taken = true;
    return parser->token->doc;
}

bool parser_is(const struct parser *parser, char mark)
{
    return parser->token->kind == TOKEN_MARK && parser->token->mark == mark;
}

bool parser_is_word(const struct parser *parser, const char *word)
{
    return parser->token->kind == TOKEN_NAME && strcmp(parser->token->text, word) == 0;
}

bool parser_accept(struct parser *parser, char mark)
{
    bool is_there = parser_is(parser, mark);
    if (is_there)
        parser_take(parser);
    return is_there;
}

bool parser_accept_word(struct parser *parser, const char *word)
{
    bool is_there = parser_is_word(parser, word);
    if (is_there)
        parser_take(parser);
    return is_there;
}

void parser_unexpected(struct parser *parser, const char *wanted)
{
    const struct token *token = parser->token;
    if (token->kind == TOKEN_END) {
        diag_error(parser->program, token->span, "the file ends where %s should be", wanted);
        return;
    }
    int len = token->span.len > 40 ? 40 : (int)token->span.len;
    diag_error(parser->program, token->span, "`%.*s` stands where %s should be", len,
               parser->source->text + token->span.pos, wanted);
}

bool parser_expect(struct parser *parser, char mark, const char *where)
{
    if (parser_accept(parser, mark))
        return true;
    char wanted[80];
    snprintf(wanted, sizeof(wanted), "`%c` %s", mark, where);
    parser_unexpected(parser, wanted);
    return false;
}

bool parser_expect_name(struct parser *parser, const char *what, struct ident *ident)
{
    if (parser->token->kind != TOKEN_NAME) {
        parser_unexpected(parser, what);
        return false;
    }
    const struct token *token = parser_take(parser);
    *ident = (struct ident){token->text, token->span};
    return true;
}

bool parser_expect_number(struct parser *parser, const char *what, uint64_t *value,
                          struct span *span)
{
    if (parser->token->kind != TOKEN_NUMBER) {
        parser_unexpected(parser, what);
        return false;
    }
    const struct token *token = parser_take(parser);
    *value = token->value;
    *span = token->span;
    return true;
}

bool parser_at_statement(const struct parser *parser)
{
    static const char *const words[] = {"namespace", "rpc",   "oneway", "async",  "idempotent",
                                        "type",      "const", "enum",   "include"};
    if (parser->token->kind != TOKEN_NAME)
        return false;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (parser_is_word(parser, words[i]))
            return true;
    }
    return false;
}

// The `;` of a statement. A forgotten one is reported at the end of the line that lacks it, and
// the next statement is not lost for it.
bool parser_expect_end(struct parser *parser, const char *what)
{
    if (parser_accept(parser, ';'))
        return true;
    bool is_forgotten = parser->token->kind == TOKEN_END || parser_is(parser, '}') ||
                        (parser_at_statement(parser) && parser->token->is_line_start);
    if (!is_forgotten) {
        char wanted[80];
        snprintf(wanted, sizeof(wanted), "`;` %s", what);
        parser_unexpected(parser, wanted);
        return false;
    }
    const struct span *span = &parser->previous->span;
    diag_error(parser->program, (struct span){span->source, span->pos + span->len, 0},
               "`;` is missing %s", what);
    return true;
}

// After an error: to the end of the statement, or to what looks like the next one.
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
        return true; // an empty statement: harmless, and common after a namespace's }
    parser_unexpected(parser, "a statement");
    diag_help(parser->program, "statements start with namespace, rpc, oneway, async, idempotent, "
                               "type, const, enum or include");
    if (parser->token->kind == TOKEN_NAME || parser_is(parser, '}'))
        parser_take(parser);
    return false;
}

void parse_statements(struct parser *parser)
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

void parser_run(struct program *program, struct source *source, struct namespace *ns)
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
        diag_help(program, "a comment that starts with /// stands before a declaration, an item or "
                           "a field; one that starts with // is for the file's readers alone");
    } else if (token->is_doc_behind) {
        diag_warn(program, token->doc_span,
                  "this comment documents what follows it, not what it stands behind");
        diag_help(program, "put it before what it documents, on a line of its own");
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
        parser_run(program, source, program->namespaces);
        break;
    case SOURCE_KNOWN:
        break; // named twice, or included by another
    case SOURCE_FAILED:
        diag_error(program, (struct span){0}, "%s: %s", path, strerror(errno));
        program->lost_names = true;
        break;
    }
}

void parser_add_text(struct program *program, const char *name, const char *text, size_t len)
{
    parser_run(program, source_add(program, name, text, len), program->namespaces);
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
