// Docs as HTML.
#ifndef IDLC_HTML_DOC_H
#define IDLC_HTML_DOC_H

#include "memory.h"

// Text with the characters that HTML gives a meaning replaced.
void html_escape(struct text *out, const char *chars, size_t len);
// Paragraphs; `code` and ERR_NAMES set as such; a paragraph of "ERR_X: why." as a list of errors.
void html_doc(struct text *out, const char *doc);

#endif
