// Doc comments as HTML.
#ifndef IDLC_HTML_DOC_H
#define IDLC_HTML_DOC_H

#include "memory.h"

// Writes text with HTML's special characters escaped.
void html_escape(struct text *out, const char *chars, size_t len);
// Writes a doc: its paragraphs, with `code` and ERR_NAMES marked up. A paragraph of "ERR_X: why."
// sentences becomes a list of errors.
void html_doc(struct text *out, const char *doc);

#endif
