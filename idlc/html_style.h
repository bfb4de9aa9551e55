// The style sheet of reference.html.
#ifndef IDLC_HTML_STYLE_H
#define IDLC_HTML_STYLE_H

extern const char html_style[];

#endif
