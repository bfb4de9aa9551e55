// Includes. Owns where included files are looked for, and refuses files that include each other.
//
//   include = "include" "\"" GLOB "\"" ";"
#include <errno.h>
#include <glob.h>
#include <string.h>
#include "diag.h"
#include "grammar.h"
#include "source.h"

#define MAX_INCLUDE_DEPTH 32

static bool is_pattern(const char *glob)
{
    return strpbrk(glob, "*?[") != NULL;
}

// Puts the including file's folder in front of the pattern. Wildcards in the folder's name are
// escaped.
static char *resolve(struct parser *parser, const char *pattern)
{
    const char *path = parser->source->path;
    const char *slash = strrchr(path, '/');
    if (pattern[0] == '/' || !slash)
        return arena_strndup(&parser->program->arena, pattern, strlen(pattern));
    struct text text = {0};
    for (const char *c = path; c <= slash; c++) {
        if (strchr("*?[\\", *c))
            text_putc(&text, '\\');
        text_putc(&text, *c);
    }
    text_puts(&text, pattern);
    char *resolved = arena_strndup(&parser->program->arena, text.chars, text.len);
    text_free(&text);
    return resolved;
}

static void report_cycle(struct parser *parser, struct span span, const struct source *source)
{
    if (source == parser->source) {
        diag_error(parser->program, span, "the file includes itself");
        diag_help(parser->program, "delete this line");
        return;
    }
    struct text chain = {0};
    text_puts(&chain, source_basename(source));
    // This goes from the innermost file outwards, so each file is put before those it includes.
    const struct source *at = parser->source;
    for (;;) {
        char *rest = arena_strndup(&parser->program->arena, chain.chars, chain.len);
        text_free(&chain);
        text_printf(&chain, "%s includes %s", source_basename(at), rest);
        if (at == source)
            break;
        at = at->includer;
    }
    diag_error(parser->program, span, "the files include each other: %s", chain.chars);
    diag_help(parser->program, "move what both need into a third file");
    text_free(&chain);
}

static void include_known(struct parser *parser, const struct include *include,
                          const struct source *source)
{
    // The pattern in `include "*.idl"` also matches the file that contains it. No cycle is meant.
    if (source == parser->source && include->is_pattern)
        return;
    if (source->is_open) {
        report_cycle(parser, include->span, source);
    } else if (source->ns != parser->ns) {
        diag_error(parser->program, include->span, "%s is already included in another namespace",
                   source_basename(source));
        diag_help(parser->program, "include a file in one namespace only");
    }
}

static void report_unreadable(struct parser *parser, struct span span, const char *path, int error)
{
    diag_error(parser->program, span, "%s: %s", path, strerror(error));
    if (error == EISDIR)
        diag_help(parser->program, "include the files in it, as in \"FOLDER/*.idl\"");
}

struct source *include_open(struct parser *parser, const struct include *include, const char *path)
{
    struct source *source = NULL;
    switch (source_open(parser->program, path, true, &source)) {
    case SOURCE_NEW:
        source->includer = parser->source;
        source->depth = parser->source->depth + 1;
        return source;
    case SOURCE_KNOWN:
        include_known(parser, include, source);
        break;
    case SOURCE_FAILED:
        report_unreadable(parser, include->span, path, errno);
        parser->program->lost_names = true;
        break;
    }
    return NULL;
}

static void add_folder(struct program *program, const char *path)
{
    struct folder **last = &program->folders;
    for (; *last; last = &(*last)->next) {
        if (strcmp((*last)->path, path) == 0)
            return;
    }
    *last = arena_alloc(&program->arena, sizeof(**last));
    (*last)->path = arena_strndup(&program->arena, path, strlen(path));
}

// Adds the folders in which a new file could match the pattern: those above each part with a
// wildcard.
static void add_folders(struct program *program, const char *path, const char *pattern)
{
    size_t prefix = strlen(path) - strlen(pattern); // the including file's folder
    for (const char *part = pattern; part; part = strchr(part, '/')) {
        part += *part == '/';
        size_t len = strcspn(part, "/");
        char *text = arena_strndup(&program->arena, part, len);
        size_t above = prefix + (size_t)(part - pattern);
        above -= above > 1; // without its slash, unless it is "/"
        if (!is_pattern(text))
            continue;
        glob_t found = {0};
        if (above == 0)
            add_folder(program, ".");
        else if (glob(arena_strndup(&program->arena, path, above), 0, NULL, &found) == 0)
            for (size_t i = 0; i < found.gl_pathc; i++)
                add_folder(program, found.gl_pathv[i]);
        globfree(&found);
    }
}

static void find_files(struct parser *parser, const char *pattern, struct include *include)
{
    const char *path = resolve(parser, pattern);
    include->is_pattern = is_pattern(pattern);
    int error = glob(path, 0, NULL, &include->found);
    add_folders(parser->program, path, pattern);
    if (error != 0) {
        diag_error(parser->program, include->span, "no file matches \"%s\"", pattern);
        diag_help(parser->program, "paths start from the folder of the file that includes");
        parser->program->lost_names = true;
    }
}

bool include_parse(struct parser *parser, struct include *include)
{
    *include = (struct include){0};
    parser_take(parser);
    if (parser->token->kind != TOKEN_STRING) {
        parser_unexpected(parser, "a \"file\" to include");
        return false;
    }
    struct token *file = parser_take(parser);
    include->span = file->span;
    if (!parser_expect_end(parser, "after the include"))
        return false;

    if (parser->source->depth >= MAX_INCLUDE_DEPTH) {
        diag_error(parser->program, file->span, "files include each other more than %d deep",
                   MAX_INCLUDE_DEPTH);
        diag_help(parser->program, "include files side by side");
    } else if (file->text) {
        find_files(parser, file->text, include);
    } else {
        parser->program->lost_names = true;
    }
    return true;
}

void include_free(struct include *include)
{
    globfree(&include->found);
}
