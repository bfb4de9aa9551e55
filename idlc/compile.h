// The stages in their order, without a command line: for main and for the fuzz targets.
#ifndef IDLC_COMPILE_H
#define IDLC_COMPILE_H

#include "ast.h"
#include "output.h"

// Checks what was read and lays it out. True when there is no error at all.
bool compile_check(struct program *program);

// Renders every generated file of a program that compile_check() accepted.
void compile_emit(const struct program *program, struct output *output);

#endif
