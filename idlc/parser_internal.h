// What the parser's files share: the cursor over a file's tokens.
#ifndef IDLC_PARSER_INTERNAL_H
#define IDLC_PARSER_INTERNAL_H

#include "lexer.h"
#include "parser.h"

struct parser {
    struct program *program;
    struct source *source;
    struct namespace *ns;
    struct token *token;    // the next one
    struct token *previous; // the one taken last, NULL at first
    unsigned braces;        // open ones
};

// parser.c: taking tokens. What returns false has reported an error.
struct token *parser_take(struct parser *parser);
// The doc of the next token, which is then known to be used.
const char *parser_take_doc(struct parser *parser);
bool parser_is(const struct parser *parser, char mark);
bool parser_is_word(const struct parser *parser, const char *word);
bool parser_accept(struct parser *parser, char mark);
bool parser_accept_word(struct parser *parser, const char *word);
bool parser_expect(struct parser *parser, char mark, const char *where);
bool parser_expect_name(struct parser *parser, const char *what, struct ident *ident);
bool parser_expect_number(struct parser *parser, const char *what, uint64_t *value,
                          struct span *span);
bool parser_expect_end(struct parser *parser, const char *what);
void parser_unexpected(struct parser *parser, const char *wanted);

// Parses a whole file into a namespace.
void parser_run(struct program *program, struct source *source, struct namespace *ns);
bool parser_at_statement(const struct parser *parser);

// parse_namespace.c
struct namespace *namespace_new(struct program *program, struct namespace *parent,
                                const struct ident *ident);
void namespace_free(struct namespace *ns); // its tables; the rest is the arena's
bool parse_namespace(struct parser *parser);
void parse_statements(struct parser *parser); // parser.c, up to the namespace's }

// parse_decl.c
bool parse_type_ref(struct parser *parser, struct type_ref *type);
bool parse_type(struct parser *parser, const char *doc);
bool parse_const(struct parser *parser, const char *doc);
bool parse_enum(struct parser *parser, const char *doc);

// parse_message.c
bool parse_message(struct parser *parser, const char *doc);

// include.c
bool parse_include(struct parser *parser);

#endif
