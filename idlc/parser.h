// From tokens to the tree of ast.h. Names and types are not looked at here: see check.h.
#ifndef IDLC_PARSER_H
#define IDLC_PARSER_H

#include "ast.h"

// A program without a file, and its release.
struct program *program_new(void);
void program_free(struct program *program);

// Reads a file named on the command line, and all that it includes. Errors are reported.
void parser_add_file(struct program *program, const char *path);
// The same for text in memory, which messages call `name`.
void parser_add_text(struct program *program, const char *name, const char *text, size_t len);

// Warns of comments that document nothing, or something else than they seem to.
void parser_check_docs(struct program *program);

#endif
