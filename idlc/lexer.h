// From text to tokens.
#ifndef IDLC_LEXER_H
#define IDLC_LEXER_H

#include "ast.h"

enum token_kind {
    TOKEN_END,
    TOKEN_NAME, // keywords too: they are names that the parser knows, so that fields may use them
    TOKEN_NUMBER,
    TOKEN_STRING, // `text` is what stands between the quotes; NULL when it does not end
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
    bool is_doc_behind; // the doc, or a part of it, stands behind something on its line
    bool is_doc_taken;  // by a declaration
    bool is_line_start; // nothing but space before it on its line
    struct span span;
};

// All tokens of a file; the last is TOKEN_END. Errors are reported and skipped.
struct token *lexer_run(struct program *program, struct source *source);

#endif
