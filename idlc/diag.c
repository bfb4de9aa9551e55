// Diagnostics. Owns how an error looks: place, text, the line with a caret, what to do.
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
    // Beyond the limit there is nothing to add to.
    return list->num_errors > list->len ? NULL : &list->diags[list->len - 1];
}

static const char *format_text(struct program *program, const char *format, va_list args)
{
    struct text text = {0};
    text_vprintf(&text, format, args);
    const char *copy = arena_strndup(&program->arena, text.chars, text.len);
    text_free(&text);
    return copy;
}

void diag_error(struct program *program, struct span span, const char *format, ...)
{
    struct diag_list *list = program->diags;
    list->num_errors++;
    if (list->len == MAX_DIAGS)
        return;
    if (!list->diags)
        list->diags = memory_alloc(MAX_DIAGS * sizeof(*list->diags));

    va_list args;
    va_start(args, format);
    list->diags[list->len] =
        (struct diag){.span = span, .text = format_text(program, format, args), .order = list->len};
    va_end(args);
    list->len++;
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

// A hostile file must not reach the terminal as it is.
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
    for (size_t i = start; i < caret; i++) {
        if (!is_continuation(text[i]))
            fputc(text[i] == '\t' ? '\t' : ' ', out);
    }
    fputc('^', out);
    for (size_t i = caret + 1; i < caret + marked && i < end; i++) {
        if (!is_continuation(text[i]))
            fputc('~', out);
    }
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
    print_place(out, &diag->span, "error");
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
    if (list->num_errors > printed)
        fprintf(out, "idlc: %zu more errors not shown\n", list->num_errors - printed);
}

void diag_free(struct diag_list *list)
{
    free(list->diags);
    *list = (struct diag_list){0};
}
