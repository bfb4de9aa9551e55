// Completion of the line that is typed.
#ifndef SHELL_COMPLETE_H
#define SHELL_COMPLETE_H

#include <types.h>
#include <stddef.h>

#define COMPLETION_MAX 200 // at most this many names are kept

struct completion {
    char typed[1024]; // the word at the cursor; if it is a path, the part after the last slash
    size_t typed_len;
    char common[1024]; // the common beginning of all names
    char *names[COMPLETION_MAX];
    bool is_directory[COMPLETION_MAX];
    size_t num;
    bool is_cut; // there are more names
};

// Finds the names that continue the word before the cursor. The cursor is at `len`. Free the result
// with complete_free().
void complete_line(struct completion *c, const char *line, size_t len);

// Writes the text to insert at the cursor, with backslashes where a word needs them. If only one
// name was found, a blank follows it, or a slash if it is a directory.
void complete_text(const struct completion *c, char *text, size_t size);

void complete_free(struct completion *c);

#endif
