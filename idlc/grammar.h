// The statements, for the grammar's root in parser.c. Whatever returns false has reported an error.
#ifndef IDLC_GRAMMAR_H
#define IDLC_GRAMMAR_H

#include <glob.h>
#include "cursor.h"

// parse_namespace.c
struct namespace *namespace_new(struct program *program, struct namespace *parent,
                                const struct ident *ident);
void namespace_free(struct namespace *ns); // its tables; the rest is the arena's
// Parses up to the `{`, and makes the namespace the one to add to.
bool namespace_open(struct parser *parser, struct ident *ident);
// Parses the `}`.
bool namespace_close(struct parser *parser, const struct ident *ident);

// parse_decl.c
bool parse_type_ref(struct parser *parser, struct type_ref *type);
bool parse_type(struct parser *parser, const char *doc);
bool parse_const(struct parser *parser, const char *doc);
bool parse_enum(struct parser *parser, const char *doc);

// parse_message.c
bool parse_message(struct parser *parser, const char *doc);

// include.c
struct include {
    struct span span; // of the name in the file
    bool is_pattern;  // the name has wildcards
    glob_t found;     // the files that it matches
};
// Parses an include and finds its files. To be freed with include_free().
bool include_parse(struct parser *parser, struct include *include);
// Opens one of the files. NULL if it is not to be read: it was read before, or it cannot be opened,
// which has been reported.
struct source *include_open(struct parser *parser, const struct include *include, const char *path);
void include_free(struct include *include);

#endif
