// The stages in their order, for main.c and for fuzz targets.
#ifndef IDLC_COMPILE_H
#define IDLC_COMPILE_H

#include "ast.h"
#include "output.h"

// Checks what was read, and lays messages out. True if there was no error, syntax errors included.
bool compile_check(struct program *program);

// Renders every generated file of a program that compile_check() accepted.
void compile_emit(const struct program *program, struct output *output);

#endif
