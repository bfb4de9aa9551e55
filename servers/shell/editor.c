// The line editor on a terminal. While it waits for a key, it receives messages, so that the end of
// a watched task is printed at once.
#include "shell.h"
#include <driver/irq.h>
#include <histedit.h>
#include <resea/syscall.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>
#include "complete.h"
#include "output.h"

#define HISTORY_LINES 500
#define CLEAR_LINE    "\r\033[K" // wipes the line from the screen

static EditLine *editor;
static History *history_;
static const char *prompt_text = "";
static bool line_begins, interrupted;

static char *prompt(EditLine *el)
{
    (void)el;
    return (char *)(uintptr_t)prompt_text;
}

// Draws the line again after something else was printed.
static void redraw(void)
{
    printf(CLEAR_LINE); // the line may be on the screen already
    fflush(stdout);
    el_set(editor, EL_REFRESH);
}

// The next byte that is typed. Negative: the end of the input.
static int next_byte(void)
{
    static char typed[256];
    static int num, at;
    unsigned events = 0;
    while (at == num) {
        at = 0;
        num = sys_console_read(typed, sizeof(typed));
        if (num < 0)
            return num;
        // If the console is ready but no key was typed, the launcher has written over the line.
        if (events & EVENTS_PRINTED || (num == 0 && events & EVENTS_CONSOLE))
            redraw();
        events = num == 0 ? events_take(true, CLEAR_LINE) : 0;
    }
    return (unsigned char)typed[at++];
}

// While a line is edited, Ctrl-C is a key that drops the line, as in other shells. Otherwise it
// would send a signal, which would end the suite. (el_set() with EL_SETTY cannot do this, because
// libedit overwrites the characters that it is given.)
static void take_interrupt_as_key(void)
{
    struct termios settings;
    if (tcgetattr(STDIN_FILENO, &settings) < 0)
        return;
    settings.c_cc[VINTR] = _POSIX_VDISABLE;
    tcsetattr(STDIN_FILENO, TCSANOW, &settings);
}

static int next_char(EditLine *el, wchar_t *c)
{
    (void)el;
    static mbstate_t state;
    if (line_begins) // libedit has just set up the terminal; it restores it after the line
        take_interrupt_as_key();
    line_begins = false;
    while (true) {
        int byte = next_byte();
        if (byte < 0)
            return 0;
        char as_char = (char)byte;
        size_t len = mbrtowc(c, &as_char, 1, &state);
        if (len <= 1)
            return 1;
        if (len == (size_t)-1) {
            // A byte that is not UTF-8 is shown as a question mark.
            memset(&state, 0, sizeof(state));
            *c = L'?';
            return 1;
        }
    }
}

// Prints the names of a completion in columns.
static void list_names(EditLine *el, const struct completion *c)
{
    int width = 80, longest = 0;
    el_get(el, EL_GETTC, "co", &width);
    for (size_t i = 0; i < c->num; i++)
        longest = MAX(longest, (int)strlen(c->names[i]) + 3);
    int column = 0;
    printf("\n");
    for (size_t i = 0; i < c->num; i++) {
        if (column + longest > width && column > 0)
            column = printf("\n") - 1;
        output_name(c->names[i]);
        int len = (int)strlen(c->names[i]) + printf("%s", c->is_directory[i] ? "/" : "");
        column += len + printf("%*s", MAX(longest - len, 1), "");
    }
    printf("%s\n", c->is_cut ? "..." : "");
    fflush(stdout);
}

// Completes the word at the cursor. If several names fit, prints them.
static unsigned char complete(EditLine *el, int ch)
{
    (void)ch;
    static struct completion completion; // too large for the stack
    char text[2048];
    const LineInfo *line = el_line(el);
    complete_line(&completion, line->buffer, (size_t)(line->cursor - line->buffer));
    complete_text(&completion, text, sizeof(text));
    unsigned char result = CC_REFRESH_BEEP;
    if (*text && el_insertstr(el, text) == 0) {
        result = CC_REFRESH;
    } else if (completion.num > 1) {
        list_names(el, &completion);
        result = CC_REDISPLAY;
    }
    complete_free(&completion);
    return result;
}

// Ctrl-C: makes libedit return as at the end of the input. editor_line() looks at `interrupted`.
static unsigned char interrupt(EditLine *el, int ch)
{
    (void)el, (void)ch;
    interrupted = true;
    return CC_EOF;
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
    el_set(editor, EL_ADDFN, "complete", "Complete a word", complete);
    el_set(editor, EL_BIND, "^I", "complete", NULL);
    el_set(editor, EL_ADDFN, "interrupt", "Drop the line", interrupt);
    el_set(editor, EL_BIND, "^C", "interrupt", NULL);
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

    line_begins = true;
    const char *typed = el_gets(editor, &len);
    irq_release(CONSOLE_IRQ);
    if (interrupted) {
        interrupted = false;
        printf("^C\n");
        return line = strdup("");
    }
    if (!typed || len <= 0)
        return NULL;
    line = strndup(typed, (size_t)len);
    if (line && strspn(line, " \t\n") < strlen(line))
        history(history_, &event, H_ENTER, line);
    return line;
}
