// The line editor on a terminal. While it waits for a key, the shell goes on receiving messages, so
// that the end of a watched task is told at once.
#include "shell.h"
#include <driver/irq.h>
#include <histedit.h>
#include <resea/syscall.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#define HISTORY_LINES 500

static EditLine *editor;
static History *history_;
static const char *prompt_text = "";
static bool editing; // a line is on the screen

static char *prompt(EditLine *el)
{
    (void)el;
    return (char *)(uintptr_t)prompt_text;
}

// The next byte that is typed. Negative: the end of the input.
static int next_byte(void)
{
    static char typed[256];
    static int num, at;
    while (at == num) {
        at = 0;
        num = sys_console_read(typed, sizeof(typed));
        if (num < 0)
            return num;
        bool console;
        if (num == 0)
            events_take(true, &console);
    }
    return (unsigned char)typed[at++];
}

static int next_char(EditLine *el, wchar_t *c)
{
    (void)el;
    static mbstate_t state;
    while (true) {
        int byte = next_byte();
        if (byte < 0)
            return 0;
        char as_char = (char)byte;
        size_t len = mbrtowc(c, &as_char, 1, &state);
        if (len <= 1)
            return 1;
        if (len == (size_t)-1) {
            // Not UTF-8: shown as a question mark, as there is nothing better.
            memset(&state, 0, sizeof(state));
            *c = L'?';
            return 1;
        }
    }
}

// Completes the name of a command, the first word of the line.
static unsigned char complete(EditLine *el, int ch)
{
    (void)ch;
    const LineInfo *line = el_line(el);
    size_t len = (size_t)(line->cursor - line->buffer);
    const char *match = NULL;
    size_t match_len = 0, num_matches = 0;
    if (memchr(line->buffer, ' ', len))
        return CC_REFRESH_BEEP;

    for (size_t i = 0; i < num_commands; i++) {
        const char *name = commands[i].name;
        if (strncmp(name, line->buffer, len) != 0)
            continue;
        // What all matches have in common.
        size_t common = 0;
        while (match && common < match_len && match[common] == name[common])
            common++;
        match_len = match ? common : strlen(name);
        match = name;
        num_matches++;
    }
    if (!match || (match_len == len && num_matches > 1))
        return CC_REFRESH_BEEP;

    char rest[64];
    snprintf(rest, sizeof(rest), "%.*s%s", (int)(match_len - len), &match[len],
             num_matches == 1 ? " " : "");
    return el_insertstr(el, rest) == 0 ? CC_REFRESH : CC_REFRESH_BEEP;
}

bool editor_prepare(void)
{
    HistEvent event;
    if (!isatty(STDIN_FILENO))
        return false;
    editor = el_init("shell", stdin, stdout, stderr);
    history_ = history_init();
    if (!editor || !history_)
        return false;
    history(history_, &event, H_SETSIZE, HISTORY_LINES);
    history(history_, &event, H_SETUNIQUE, 1);
    el_set(editor, EL_EDITOR, "emacs");
    el_set(editor, EL_PROMPT, prompt);
    el_set(editor, EL_HIST, history, history_);
    el_set(editor, EL_ADDFN, "complete", "Complete a command", complete);
    el_set(editor, EL_BIND, "^I", "complete", NULL);
    el_set(editor, EL_GETCFN, next_char);
    return true;
}

char *editor_line(const char *text)
{
    static char *line;
    int len;
    HistEvent event;
    free(line);
    line = NULL;
    prompt_text = text;
    if (IS_ERROR(irq_acquire(CONSOLE_IRQ)))
        return NULL;

    editing = true;
    const char *typed = el_gets(editor, &len);
    editing = false;
    irq_release(CONSOLE_IRQ);
    if (!typed || len <= 0)
        return NULL;
    line = strndup(typed, (size_t)len);
    if (line && strspn(line, " \t\n") < strlen(line))
        history(history_, &event, H_ENTER, line);
    return line;
}

void editor_redraw(void)
{
    fflush(stdout);
    if (editing)
        el_set(editor, EL_REFRESH);
}
