// Diagnostics. Owns how an error looks: place, text, the source line with a caret, and help.
#include "diag.h"
#include <stdlib.h>
#include <string.h>
#include "source.h"
#include "utf8.h"

#define MAX_DIAGS       1000 // kept
#define MAX_PRINTED     20
#define MAX_LINE_BEFORE 100 // characters of a long line shown before the caret
#define MAX_LINE_AFTER  60

static struct diag *last(struct program *program)
{
    struct diag_list *list = program->diags;
    // An error beyond the limit was not kept, so there is nothing to add to.
    return list->num_errors + list->num_warnings > list->len ? NULL : &list->diags[list->len - 1];
}

static const char *format_text(struct program *program, const char *format, va_list args)
{
    struct text text = {0};
    text_vprintf(&text, format, args);
    const char *copy = arena_strndup(&program->arena, text.chars, text.len);
    text_free(&text);
    return copy;
}

static void add(struct program *program, struct diag diag, const char *format, va_list args)
{
    struct diag_list *list = program->diags;
    if (list->len == MAX_DIAGS)
        return;
    if (!list->diags)
        list->diags = memory_alloc(MAX_DIAGS * sizeof(*list->diags));
    diag.text = format_text(program, format, args);
    diag.order = list->len;
    list->diags[list->len++] = diag;
}

void diag_error(struct program *program, struct span span, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    program->diags->num_errors++;
    add(program, (struct diag){.span = span}, format, args);
    va_end(args);
}

void diag_warn(struct program *program, struct span span, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    program->diags->num_warnings++;
    add(program, (struct diag){.span = span, .is_warning = true}, format, args);
    va_end(args);
}

void diag_help(struct program *program, const char *format, ...)
{
    struct diag *diag = last(program);
    if (!diag || diag->help)
        return;
    va_list args;
    va_start(args, format);
    diag->help = format_text(program, format, args);
    va_end(args);
}

void diag_note(struct program *program, struct span span, const char *text)
{
    struct diag *diag = last(program);
    if (!diag)
        return;
    diag->note = span;
    diag->note_text = text;
}

static int compare(const void *left, const void *right)
{
    const struct diag *a = left, *b = right;
    unsigned a_order = a->span.source ? a->span.source->order : 0;
    unsigned b_order = b->span.source ? b->span.source->order : 0;
    if (a_order != b_order)
        return a_order < b_order ? -1 : 1;
    if (a->span.pos != b->span.pos)
        return a->span.pos < b->span.pos ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

// Replaces control characters: a hostile file must not control the terminal.
static void print_safely(FILE *out, const char *chars, size_t len)
{
    size_t i = 0;
    while (i < len) {
        uint32_t character;
        size_t char_len = utf8_decode(chars + i, len - i, &character);
        if (char_len > 0 && utf8_is_plain(character) && character != '\n' && character != '\r') {
            fwrite(chars + i, 1, char_len, out);
            i += char_len;
        } else {
            fputc('?', out);
            i += char_len > 0 ? char_len : 1;
        }
    }
}

// Prints a mark for each terminal column that the characters take, except the first `skip`.
static void put_below(FILE *out, const char *chars, size_t len, char mark, unsigned skip)
{
    uint32_t character;
    for (size_t i = 0, char_len; i<len; i += char_len> 0 ? char_len : 1) {
        char_len = utf8_decode(chars + i, len - i, &character);
        bool is_shown = char_len > 0 && utf8_is_plain(character);
        unsigned width = is_shown ? utf8_width(character) : 1;
        for (; width > 0; width--) {
            if (skip > 0)
                skip--;
            else
                fputc(chars[i] == '\t' ? '\t' : mark, out);
        }
    }
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

static void print_line(FILE *out, const struct span *span)
{
    struct span line = source_line(span->source, span->pos);
    const char *text = span->source->text;
    size_t start = line.pos, end = line.pos + line.len;
    size_t caret = span->pos > end ? end : span->pos;
    if (caret - start > MAX_LINE_BEFORE) {
        start = caret - MAX_LINE_BEFORE;
        while (start < caret && is_continuation(text[start]))
            start++;
    }
    size_t marked = span->pos + span->len > end ? end - caret : span->len;
    if (end - caret > marked + MAX_LINE_AFTER)
        end = caret + marked + MAX_LINE_AFTER;
    if (end - caret > MAX_LINE_BEFORE)
        end = caret + MAX_LINE_BEFORE;
    while (end > caret && is_continuation(text[end]))
        end--;

    fputs("    ", out);
    print_safely(out, text + start, end - start);
    fputs("\n    ", out);
    put_below(out, text + start, caret - start, ' ', 0);
    fputc('^', out);
    put_below(out, text + caret, caret + marked < end ? marked : end - caret, '~', 1);
    fputc('\n', out);
}

static void print_place(FILE *out, const struct span *span, const char *kind)
{
    if (!span->source) {
        fprintf(out, "idlc: %s: ", kind);
        return;
    }
    size_t line, column;
    source_position(span, &line, &column);
    print_safely(out, span->source->path, strlen(span->source->path));
    fprintf(out, ":%zu:%zu: %s: ", line, column, kind);
}

static void print(FILE *out, const struct diag *diag)
{
    print_place(out, &diag->span, diag->is_warning ? "warning" : "error");
    print_safely(out, diag->text, strlen(diag->text));
    fputc('\n', out);
    if (diag->span.source)
        print_line(out, &diag->span);
    if (diag->note_text) {
        print_place(out, &diag->note, "note");
        fprintf(out, "%s\n", diag->note_text);
        if (diag->note.source)
            print_line(out, &diag->note);
    }
    if (diag->help) {
        fputs("    help: ", out);
        print_safely(out, diag->help, strlen(diag->help));
        fputc('\n', out);
    }
}

void diag_print(struct program *program, FILE *out)
{
    struct diag_list *list = program->diags;
    if (list->len == 0)
        return;
    qsort(list->diags, list->len, sizeof(*list->diags), compare);
    size_t printed = list->len < MAX_PRINTED ? list->len : MAX_PRINTED;
    for (size_t i = 0; i < printed; i++)
        print(out, &list->diags[i]);
    size_t all = list->num_errors + list->num_warnings;
    if (all > printed)
        fprintf(out, "idlc: %zu more %s not shown\n", all - printed,
                list->num_errors ? "errors" : "warnings");
}

void diag_free(struct diag_list *list)
{
    free(list->diags);
    *list = (struct diag_list){0};
}
