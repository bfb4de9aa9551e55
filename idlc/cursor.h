// The cursor over the tokens of one file.
#ifndef IDLC_CURSOR_H
#define IDLC_CURSOR_H

#include "lexer.h"

struct parser {
    struct program *program;
    struct source *source;
    struct namespace *ns;
    struct token *token;    // the next one
    struct token *previous; // the one taken last, NULL at first
    unsigned braces;        // open ones
};

// Takes the next token. The last one, TOKEN_END, stays.
struct token *parser_take(struct parser *parser);
// Returns the doc comment of the next token and marks it as used.
const char *parser_take_doc(struct parser *parser);

// Whether the next token is this mark or word, or starts a statement.
bool parser_is(const struct parser *parser, char mark);
bool parser_is_word(const struct parser *parser, const char *word);
bool parser_at_statement(const struct parser *parser);

// Takes the next token if it is this mark.
bool parser_accept(struct parser *parser, char mark);

// Takes the next token, which must be of this kind. On false, an error has been reported.
bool parser_expect(struct parser *parser, char mark, const char *where);
bool parser_expect_name(struct parser *parser, const char *what, struct ident *ident);
bool parser_expect_number(struct parser *parser, const char *what, uint64_t *value,
                          struct span *span);
// Takes the `;` of a statement. A forgotten one is reported at the end of the line that lacks it;
// then this returns true, because the next statement can be parsed.
bool parser_expect_end(struct parser *parser, const char *what);

// Reports that the next token is not what is wanted.
void parser_unexpected(struct parser *parser, const char *wanted);

#endif
