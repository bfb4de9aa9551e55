// The lexer makes tokens of a file's text.
#ifndef IDLC_LEXER_H
#define IDLC_LEXER_H

#include "ast.h"

enum token_kind {
    TOKEN_END,
    TOKEN_NAME, // also a keyword: only the parser knows those, so fields may have their names
    TOKEN_NUMBER,
    TOKEN_STRING, // `text` is between the quotes; NULL if the closing quote is missing
    TOKEN_ARROW,
    TOKEN_MARK, // one of { } ( ) [ ] : ; , =
};

struct token {
    enum token_kind kind;
    char mark;
    const char *text;
    uint64_t value;
    const char *doc; // the `///` lines before it, or NULL
    struct span doc_span;
    bool is_doc_behind; // the doc, or a part of it, is behind something else on its line
    bool is_doc_taken;  // by a declaration
    bool is_line_start; // the first token on its line
    struct span span;
};

// All tokens of a file; the last is TOKEN_END. Errors are reported and skipped.
struct token *lexer_run(struct program *program, struct source *source);

#endif
