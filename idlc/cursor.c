// The cursor over a file's tokens, and the errors about a token that is not the expected one.
#include "cursor.h"
#include <stdio.h>
#include <string.h>
#include "diag.h"
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

void parser_unexpected(struct parser *parser, const char *wanted)
{
    const struct token *token = parser->token;
    if (token->kind == TOKEN_END) {
        diag_error(parser->program, token->span, "expected %s, found the end of the file", wanted);
        return;
    }
    int len = token->span.len > 40 ? 40 : (int)token->span.len;
    diag_error(parser->program, token->span, "expected %s, found `%.*s`", wanted, len,
               parser->source->text + token->span.pos);
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
