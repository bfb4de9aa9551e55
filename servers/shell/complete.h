// Completion of the line that is typed.
#ifndef SHELL_COMPLETE_H
#define SHELL_COMPLETE_H

#include <types.h>
#include <stddef.h>

#define COMPLETION_MAX 200 // names that are kept

struct completion {
    char typed[1024]; // the word at the cursor, of a path the part behind its last slash
    size_t typed_len;
    char common[1024]; // what all names have in common at their beginning
    char *names[COMPLETION_MAX];
    bool is_directory[COMPLETION_MAX];
    size_t num;
    bool is_cut; // there are more names
};

// Finds the names that continue the word before the cursor, which is at `len`. complete_free()
// frees what is in `c`.
void complete_line(struct completion *c, const char *line, size_t len);

// What is to be inserted at the cursor, with backslashes where words need them. A blank, or a slash
// for a directory, follows the only name there is.
void complete_text(const struct completion *c, char *text, size_t size);

void complete_free(struct completion *c);

#endif
