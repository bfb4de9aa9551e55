// What applications write to people and to files.
#ifndef COMMON_OUTPUT_H
#define COMMON_OUTPUT_H

#include <oolong/types.h>

// An error in words, for the end of a sentence: "not found".
const char *error_words(error_t err);

// From now on standard output is a terminal: output_write() and output_name() give it printable
// text alone, in the locale of LC_ALL.
void output_to_terminal(void);

// Writes all of `data` to standard output, past the buffer of printf(), which is written first.
// False: nobody reads it any more, or the disk is full. A character that is cut at the end is
// written with what follows; without any more data (`len` 0), what is left of it.
bool output_write(const void *data, size_t len);

// Prints a name on standard output as one line can show it: control characters and '\' as \n, \t,
// \\ or \ooo. What is UTF-8 stays as it is, on a terminal if it is printable.
void output_name(const char *name);

// Prints "drwxr-xr-x" for a kind (enum fs_kind) and permission bits.
void output_mode(unsigned kind, unsigned mode);

// Prints bytes, 16 a line, in hexadecimal and ASCII; `offset` is the first one's number.
void output_hexdump(const void *data, size_t len, uint64_t offset);

#endif
