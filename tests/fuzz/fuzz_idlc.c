// The fuzz target `idlc`: the compiler on a text in memory, all stages and all outputs. It must
// accept the text or report errors. The fields that it accepts must fit a message.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "compile.h"
#include "diag.h"
#include "emit.h"
#include "parser.h"
#include "target.h"

// An include may name any file, but the result of an input must not depend on the files of the
// machine. This removes each '/' that is not part of a comment.
static void defuse(char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bool before = i > 0 && text[i - 1] == '/';
        bool after = i + 1 < len && text[i + 1] == '/';
        if (text[i] == '/' && !before && !after)
            text[i] = '_';
    }
    for (char *at = text; (at = memmem(at, len - (size_t)(at - text), "\"/", 2)); at++)
        at[1] = '_';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *nowhere;
    if (!nowhere)
        nowhere = fopen("/dev/null", "w");
    if (size > 16384)
        return 0;
    char *text = malloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    defuse(text, size);
    struct program *program = program_new();
    parser_add_text(program, "fuzz.idl", text, size);
    if (compile_check(program)) {
        struct output output;
        output_init(&output);
        compile_emit(program, &output);
        output_free(&output);
    }
    diag_print(program, nowhere);
    program_free(program);
    free(text);
    return 0;
}
