// Output of applications, for people and for files.
#ifndef COMMON_OUTPUT_H
#define COMMON_OUTPUT_H

#include <oolong/types.h>

// An error in words, for the end of a sentence: "not found".
const char *error_words(error_t err);

// Says that standard output is a terminal. From now on output_write() and output_name() write only
// printable text, as the locale defines it.
void output_to_terminal(void);

// Writes all of `data` directly to standard output, after the buffer of printf(). Returns false if
// that fails: nobody reads the output, or the disk is full. A character that is cut at the end of
// `data` is written with the next call. A call with a `len` of 0 writes the rest.
bool output_write(const void *data, size_t len);

// Prints a name on standard output without breaking the line: control characters and '\' become \n,
// \t, \\ or \ooo. UTF-8 stays as it is; on a terminal, only if it is printable.
void output_name(const char *name);

// Prints "drwxr-xr-x" for a kind (enum fs_kind) and permission bits.
void output_mode(unsigned kind, unsigned mode);

// Prints bytes in hexadecimal and ASCII, 16 in each line. `offset` is the number of the first byte.
void output_hexdump(const void *data, size_t len, uint64_t offset);

#endif
