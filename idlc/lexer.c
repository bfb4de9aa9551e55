// The lexer. Owns what a token is, comments included.
#include "lexer.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "diag.h"
#include "source.h"
#include "utf8.h"

#define MAX_NAME_LEN 128

struct lexer {
    struct program *program;
    struct source *source;
    const char *text;
    size_t pos;
    size_t len;
    struct token *tokens; // malloc'ed while it grows
    size_t num_tokens;
    size_t cap;
    struct text doc;
    struct span doc_span;
    bool is_doc_behind;
    bool is_line_start;
};

static struct span span_from(const struct lexer *lexer, size_t start)
{
    return (struct span){lexer->source, start, lexer->pos - start};
}

static char peek(const struct lexer *lexer, size_t ahead)
{
    return lexer->pos + ahead < lexer->len ? lexer->text[lexer->pos + ahead] : '\0';
}

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static struct token *add(struct lexer *lexer, enum token_kind kind, size_t start)
{
    if (lexer->num_tokens == lexer->cap) {
        lexer->cap = lexer->cap ? lexer->cap * 2 : 256;
        lexer->tokens = memory_grow(lexer->tokens, lexer->cap * sizeof(*lexer->tokens));
    }
    struct token *token = &lexer->tokens[lexer->num_tokens++];
    *token = (struct token){
        .kind = kind, .span = span_from(lexer, start), .is_line_start = lexer->is_line_start};
    if (lexer->doc.chars) {
        while (lexer->doc.len > 0 && lexer->doc.chars[lexer->doc.len - 1] == '\n')
            lexer->doc.len--;
        token->doc = arena_strndup(&lexer->program->arena, lexer->doc.chars, lexer->doc.len);
        token->doc_span = lexer->doc_span;
        token->is_doc_behind = lexer->is_doc_behind;
        lexer->is_doc_behind = false;
        text_free(&lexer->doc);
    }
    lexer->is_line_start = false;
    return token;
}

// Whether a doc here would be behind a declaration on the same line. After an opening mark it is
// not.
static bool is_behind(const struct lexer *lexer)
{
    if (lexer->is_line_start || lexer->num_tokens == 0)
        return false;
    const struct token *previous = &lexer->tokens[lexer->num_tokens - 1];
    return previous->kind != TOKEN_MARK || (previous->mark != '{' && previous->mark != '(');
}

// "//" to the end of the line; "///" (and not "////") is a doc.
static void lex_line_comment(struct lexer *lexer)
{
    size_t comment = lexer->pos;
    bool is_doc = peek(lexer, 2) == '/' && peek(lexer, 3) != '/';
    lexer->pos += is_doc ? 3 : 2;
    if (is_doc && peek(lexer, 0) == ' ')
        lexer->pos++;
    size_t start = lexer->pos;
    while (lexer->pos < lexer->len && lexer->text[lexer->pos] != '\n')
        lexer->pos++;
    size_t end = lexer->pos;
    while (end > start && isspace((unsigned char)lexer->text[end - 1]))
        end--;
    if (!is_doc)
        return;
    if (!lexer->doc.chars || (is_behind(lexer) && !lexer->is_doc_behind))
        lexer->doc_span = (struct span){lexer->source, comment, end - comment};
    lexer->is_doc_behind |= is_behind(lexer);
    if (lexer->doc.chars)
        text_putc(&lexer->doc, '\n');
    text_append(&lexer->doc, lexer->text + start, end - start);
}

static void lex_block_comment(struct lexer *lexer)
{
    size_t start = lexer->pos;
    lexer->pos += 2;
    while (lexer->pos < lexer->len) {
        if (peek(lexer, 0) == '*' && peek(lexer, 1) == '/') {
            lexer->pos += 2;
            return;
        }
        lexer->pos++;
    }
    diag_error(lexer->program, (struct span){lexer->source, start, 2},
               "this comment does not end before the file does");
    diag_help(lexer->program, "close it with */");
}

// NUMBER = decimal | "0x" hexadecimal
static void lex_number(struct lexer *lexer)
{
    size_t start = lexer->pos;
    while (isalnum((unsigned char)peek(lexer, 0)) || peek(lexer, 0) == '_')
        lexer->pos++;
    struct span span = span_from(lexer, start);
    const char *digits = lexer->text + start;
    size_t num_digits = span.len;
    unsigned base = 10;
    if (num_digits > 1 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X')) {
        base = 16;
        digits += 2;
        num_digits -= 2;
    }

    uint64_t value = 0;
    bool is_valid = num_digits > 0, overflows = false;
    for (size_t i = 0; i < num_digits; i++) {
        char c = (char)tolower((unsigned char)digits[i]);
        unsigned digit = is_digit(c) ? (unsigned)(c - '0') : (unsigned)(c - 'a') + 10;
        if (c == '_' || digit >= base)
            is_valid = false;
        else if (value > (UINT64_MAX - digit) / base)
            overflows = true;
        else
            value = value * base + digit;
    }
    if (!is_valid) {
        diag_error(lexer->program, span, "`%.*s` is not a number", (int)span.len,
                   lexer->text + start);
        diag_help(lexer->program, "numbers are decimal, or hexadecimal with 0x before them");
    } else if (overflows) {
        diag_error(lexer->program, span, "this number does not fit 64 bits");
        diag_help(lexer->program, "the largest is 18446744073709551615");
    } else if (base == 10 && num_digits > 1 && digits[0] == '0') {
        diag_error(lexer->program, span, "a decimal number does not start with 0");
        diag_help(lexer->program, "there are no octal numbers here; leave the 0 out");
    }
    add(lexer, TOKEN_NUMBER, start)->value = is_valid && !overflows ? value : 1;
}

static void lex_name(struct lexer *lexer)
{
    size_t start = lexer->pos;
    while (is_name_start(peek(lexer, 0)) || is_digit(peek(lexer, 0)))
        lexer->pos++;
    struct span span = span_from(lexer, start);
    if (span.len > MAX_NAME_LEN) {
        diag_error(lexer->program, span, "this name is %zu characters long", span.len);
        diag_help(lexer->program, "names have at most %d", MAX_NAME_LEN);
    }
    struct token *token = add(lexer, TOKEN_NAME, start);
    token->text = arena_strndup(&lexer->program->arena, lexer->text + start, span.len);
}

static void lex_string(struct lexer *lexer)
{
    size_t start = lexer->pos++;
    while (lexer->pos < lexer->len && peek(lexer, 0) != '"' && peek(lexer, 0) != '\n')
        lexer->pos++;
    if (peek(lexer, 0) == '"') {
        struct arena *arena = &lexer->program->arena;
        size_t len = lexer->pos++ - start - 1;
        add(lexer, TOKEN_STRING, start)->text = arena_strndup(arena, lexer->text + start + 1, len);
        return;
    }
    diag_error(lexer->program, (struct span){lexer->source, start, 1},
               "this string does not end on its line");
    diag_help(lexer->program, "close it with \"");
    // A `;` at the end of the line still ends the statement.
    if (lexer->text[lexer->pos - 1] == ';')
        lexer->pos--;
    add(lexer, TOKEN_STRING, start);
}

static void lex_unknown(struct lexer *lexer)
{
    uint32_t character;
    size_t start = lexer->pos;
    size_t len = utf8_decode(lexer->text + start, lexer->len - start, &character);
    lexer->pos += len;
    const char *invisible = utf8_invisible(character);
    if (invisible)
        diag_error(lexer->program, span_from(lexer, start),
                   "the invisible character U+%04X (%s) means nothing here", (unsigned)character,
                   invisible);
    else if (character >= 0x80)
        diag_error(lexer->program, span_from(lexer, start),
                   "the character U+%04X means nothing here", (unsigned)character);
    else
        diag_error(lexer->program, span_from(lexer, start), "this character means nothing here");
    if (invisible)
        diag_help(lexer->program, "delete it%s",
                  character == 0xfeff ? ": files that were joined had it at their start" : "");
    else if (lexer->text[start] == '-')
        diag_help(lexer->program, "numbers are not negative; a reply is written ->");
    else if (lexer->text[start] == '#')
        diag_help(lexer->program, "comments start with //, and other files come with "
                                  "include \"FILE\";");
    else if (lexer->text[start] == '\'')
        diag_help(lexer->program, "character constants are written as numbers");
    else
        diag_help(lexer->program, "outside of comments there are names, numbers, \"strings\" and "
                                  "{ } ( ) [ ] : ; , = ->");
    // `#` starts a shell comment or a preprocessor line: the rest of the line is skipped.
    while (lexer->text[start] == '#' && lexer->pos < lexer->len && peek(lexer, 0) != '\n')
        lexer->pos++;
}

static void lex_token(struct lexer *lexer)
{
    size_t start = lexer->pos;
    char c = lexer->text[start];
    if (c == '\n')
        lexer->is_line_start = true;
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
        lexer->pos++;
    } else if (c == '/' && peek(lexer, 1) == '/') {
        lex_line_comment(lexer);
    } else if (c == '/' && peek(lexer, 1) == '*') {
        lex_block_comment(lexer);
    } else if (is_name_start(c)) {
        lex_name(lexer);
    } else if (is_digit(c)) {
        lex_number(lexer);
    } else if (c == '"') {
        lex_string(lexer);
    } else if (c == '-' && peek(lexer, 1) == '>') {
        lexer->pos += 2;
        add(lexer, TOKEN_ARROW, start);
    } else if (c != '\0' && strchr("{}()[]:;,=", c)) {
        lexer->pos++;
        add(lexer, TOKEN_MARK, start)->mark = c;
    } else {
        lex_unknown(lexer);
    }
}

// Refuses anything but plain text, because docs are copied into C, HTML and JSON, and errors to
// terminals.
static bool check_text(struct lexer *lexer)
{
    size_t pos = 0;
    while (pos < lexer->len) {
        uint32_t character;
        size_t len = utf8_decode(lexer->text + pos, lexer->len - pos, &character);
        struct span span = {lexer->source, pos, len > 0 ? len : 1};
        if (len == 0) {
            diag_error(lexer->program, span, "this byte is not UTF-8");
            diag_help(lexer->program, "save the file as UTF-8 text");
            return false;
        }
        if (!utf8_is_plain(character)) {
            const char *name = utf8_invisible(character);
            diag_error(lexer->program, span, "the invisible character U+%04X%s%s%s is not allowed",
                       (unsigned)character, name ? " (" : "", name ? name : "", name ? ")" : "");
            diag_help(lexer->program, "delete it");
            return false;
        }
        pos += len;
    }
    return true;
}

struct token *lexer_run(struct program *program, struct source *source)
{
    struct lexer lexer = {.program = program,
                          .source = source,
                          .text = source->text,
                          .len = source->len,
                          .is_line_start = true};
    if (lexer.len >= 3 && memcmp(lexer.text, "\xef\xbb\xbf", 3) == 0)
        lexer.pos = 3;
    if (check_text(&lexer)) {
        while (lexer.pos < lexer.len)
            lex_token(&lexer);
    } else {
        program->lost_names = true;
        lexer.pos = lexer.len;
    }
    add(&lexer, TOKEN_END, lexer.pos);

    size_t size = lexer.num_tokens * sizeof(*lexer.tokens);
    struct token *tokens = arena_alloc(&program->arena, size);
    memcpy(tokens, lexer.tokens, size);
    free(lexer.tokens);
    text_free(&lexer.doc);
    return tokens;
}
