// Compiles damaged interfaces; the seed determines which. idlc must accept each of them or report
// errors, and must never crash. (With sanitizers, more faults are crashes.)
//
//   garbage COUNT SEED FILE...
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compile.h"
#include "diag.h"
#include "emit.h"
#include "parser.h"

#define MAX_LEN (64 * 1024)

static uint64_t state;

static uint32_t random_below(uint32_t limit)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % limit;
}

// Pieces of the language, so that damaged files get past the lexer.
static const char *const words[] = {
    "namespace ", "rpc ",     "oneway ", "async ",     "idempotent ",
    "type ",      "const ",   "enum ",   "{",          "}",
    "(",          ")",        "[",       "]",          ";",
    ":",          ",",        "=",       "->",         "///",
    "//",         "/*",       "*/",      "\"",         "str",
    "bytes",      "bool",     "uint8",   "int",        "size",
    "task",       "fs",       "0",       "1",          "248",
    "249",        "0x7fff",   "0x8000",  "4294967296", "18446744073709551616",
    "\\",         "<b>&",     "\n",      "\r\n",       "\t",
    " ",          "x",        "_",       "a_b",        "_reply",
    "char[300]",  "\xc3\xa9", "\xff",    "trap_frame", "exception_type",
    "type t = t;"};

struct input {
    char text[MAX_LEN + 1];
    size_t len;
};

static void replace(struct input *input, size_t at, size_t len, const char *with, size_t with_len)
{
    if (len > input->len - at)
        len = input->len - at;
    if (input->len - len + with_len > MAX_LEN)
        return;
    memmove(input->text + at + with_len, input->text + at + len, input->len - at - len);
    memcpy(input->text + at, with, with_len);
    input->len = input->len - len + with_len;
}

static void damage(struct input *input)
{
    size_t at = random_below((uint32_t)input->len + 1);
    const char *word = words[random_below(sizeof(words) / sizeof(words[0]))];
    char piece[64];
    size_t piece_len;
    switch (random_below(6)) {
    case 0: // a byte
        piece[0] = (char)random_below(256);
        replace(input, at, random_below(2), piece, 1);
        break;
    case 1: // cut something out
        replace(input, at, random_below(40), "", 0);
        break;
    case 2: // a copy of another place
        piece_len = input->len < sizeof(piece) ? input->len : sizeof(piece);
        memcpy(piece, input->text + random_below((uint32_t)(input->len - piece_len) + 1),
               piece_len);
        replace(input, at, random_below(20), piece, piece_len);
        break;
    case 3: // the end
        input->len = random_below(8) ? input->len : at;
        break;
    default:
        replace(input, at, random_below(8), word, strlen(word));
    }
}

static bool compile(const struct input *input, FILE *errors)
{
    struct program *program = program_new();
    parser_add_text(program, "garbage.idl", input->text, input->len);
    bool ok = compile_check(program);
    if (ok) {
        struct output output;
        output_init(&output);
        compile_emit(program, &output);
        for (const struct namespace *ns = program->namespaces->next; ns; ns = ns->next) {
            struct text skeleton = {0};
            emit_skeleton(ns, &skeleton);
            text_free(&skeleton);
        }
        output_free(&output);
    } else {
        diag_print(program, errors);
    }
    program_free(program);
    return ok;
}

static bool read_input(struct input *input, const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    input->len = fread(input->text, 1, MAX_LEN, file);
    fclose(file);
    return true;
}

int main(int argc, char **argv)
{
    static struct input original, input;
    if (argc < 4)
        return 2;
    long count = atol(argv[1]);
    state = strtoull(argv[2], NULL, 0);
    FILE *errors = fopen("/dev/null", "w");
    long num_accepted = 0, num_refused = 0;
    for (int i = 3; i < argc; i++) {
        if (!errors || !read_input(&original, argv[i])) {
            perror(argv[i]);
            return 1;
        }
        for (long n = 0; n < count; n++) {
            input = original;
            for (uint32_t times = random_below(4); times > 0; times--)
                damage(&input);
            *(compile(&input, errors) ? &num_accepted : &num_refused) += 1;
        }
    }
    fclose(errors);
    printf("%ld accepted, %ld refused\n", num_accepted, num_refused);
    return num_accepted > 0 && num_refused > 0 ? 0 : 1;
}
