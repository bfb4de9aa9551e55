// UTF-8, as far as a compiler of plain text needs it.
#ifndef IDLC_UTF8_H
#define IDLC_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Length of the character at `chars` in bytes, and its number; 0 when it is not valid UTF-8.
// `len` is at least 1.
size_t utf8_decode(const char *chars, size_t len, uint32_t *character);

// Whether a character may stand in a source file: no control characters but tab and the ends of
// lines, and none that make a line look different from what it says (bidirectional overrides).
bool utf8_is_plain(uint32_t character);

// The columns of a terminal that a character takes: 0 to 2.
unsigned utf8_width(uint32_t character);

// The name of a character that cannot be seen, or that looks like a blank and is none; else NULL.
const char *utf8_invisible(uint32_t character);

#endif
