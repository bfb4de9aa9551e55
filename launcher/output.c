// See output.h.
#include "output.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <oolong/list.h>
#include <oolong/printable.h>
#include "log.h"
#include "mask.h"
#include "terminal.h"
#include "util.h"

#define RETRY_MS     100
#define READ_LEN     16384       // the most that is read from a pipe at once
#define BACKLOG_HIGH (256 << 10) // above this, the output of tasks is not read
#define BACKLOG_LOW  (64 << 10)  // below this, it is read again
#define LOG_HIGH     (2 << 20)   // above this, the launcher's own messages are left out

// One of the launcher's own outputs.
struct sink {
    struct source source;
    bool is_tty;
    bool is_socket;
    bool is_shared; // others use it too, and it blocks: write only what fits
    bool is_dead;   // its reader is gone
    bool cleared;   // the line that a task edits was wiped from the terminal
    char *data;
    size_t len, size;
};

static struct sink sinks[2]; // standard output and error
static struct sink *task_sink;
static void (*on_wiped)(void);
static struct task_output *outputs;
static bool paused;
static bool is_mid_line; // the main task has printed part of a line on the terminal

static void on_sink(struct source *source, uint32_t events);
static void on_retry(struct timer *timer);
static struct timer retry = {.fire = on_retry}; // for an output that is full and cannot be watched

static void sink_init(struct sink *sink, int fd)
{
    struct stat st;
    sink->source = (struct source){.fd = fd, .ready = on_sink};
    if (fstat(fd, &st) < 0) {
        sink->is_dead = true;
        return;
    }
    sink->is_tty = isatty(fd);
    sink->is_socket = S_ISSOCK(st.st_mode);
    if (!S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode))
        return;
    // O_NONBLOCK belongs to the open file, which the user's shell shares: open it again.
    char path[32];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    int own = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (own >= 0)
        sink->source.fd = own;
    else
        sink->is_shared = true;
}

static ssize_t sink_write_some(struct sink *sink, const char *data, size_t len)
{
    if (sink->is_socket)
        return send(sink->source.fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sink->is_shared) {
        struct pollfd pfd = {.fd = sink->source.fd, .events = POLLOUT};
        if (poll(&pfd, 1, 0) == 0) {
            errno = EAGAIN;
            return -1;
        }
        len = len < 256 ? len : 256;
    }
    return write(sink->source.fd, data, len);
}

static void tell_paused(const struct task_output *output)
{
    if (output->paused)
        atomic_store(output->paused, paused);
}

static void close_source(struct task_output *output)
{
    loop_forget(&output->source);
    close(output->source.fd);
    output->source.fd = -1;
}

// If a pipe stayed open and unread, its task would wait forever. So it finds the pipe closed.
static void give_up(struct task_output *output)
{
    log_error("cannot read the output of %s any more: %s", output->name, error_text(errno));
    close_source(output);
}

static void set_paused(bool pause)
{
    if (paused == pause)
        return;
    paused = pause;
    for (struct task_output *output = outputs; output; output = output->next) {
        if (output->source.fd < 0)
            continue;
        tell_paused(output);
        // epoll reports a pipe that was closed even if it is watched for nothing.
        if (pause)
            loop_forget(&output->source);
        else if (!loop_watch(&output->source, EPOLLIN))
            give_up(output);
    }
}

static void sink_flush(struct sink *sink)
{
    size_t done = 0;
    bool is_full = false;
    int error = 0;
    while (done < sink->len && !sink->is_dead && !is_full) {
        ssize_t written = sink_write_some(sink, sink->data + done, sink->len - done);
        if (written >= 0)
            done += (size_t)written;
        else if (errno == EAGAIN || errno == ENOBUFS)
            is_full = true;
        else if (errno != EINTR)
            error = errno;
        sink->is_dead = error != 0;
    }
    if (error)
        done = sink->len;
    if (done)
        memmove(sink->data, sink->data + done, sink->len - done);
    sink->len -= done;
    if (is_full && !loop_watch(&sink->source, EPOLLOUT))
        loop_timer(&retry, RETRY_MS);
    else if (!is_full)
        loop_forget(&sink->source);
    if (sink->cleared && sink->len == 0) {
        sink->cleared = false;
        on_wiped();
    }
    if (sinks[0].len + sinks[1].len > BACKLOG_HIGH)
        set_paused(true);
    else if (sinks[0].len + sinks[1].len < BACKLOG_LOW)
        set_paused(false);
    if (error) // the output is lost from now on
        log_error("standard %s: %s", sink == &sinks[0] ? "output" : "error", error_text(error));
}

static void on_sink(struct source *source, uint32_t events)
{
    (void)events;
    sink_flush(source == &sinks[0].source ? &sinks[0] : &sinks[1]);
}

static void on_retry(struct timer *timer)
{
    (void)timer;
    sink_flush(&sinks[0]);
    sink_flush(&sinks[1]);
}

static void sink_add(struct sink *sink, const char *data, size_t len)
{
    static const char clear_line[] = "\r\033[K";
    if (sink->is_dead || !len)
        return;
    if (sink->is_tty && !sink->cleared && terminal_has_line()) {
        sink->cleared = true; // before the call, which would come here again
        sink_add(sink, clear_line, sizeof(clear_line) - 1);
    }
    if (sink->len + len > sink->size) {
        sink->size = (sink->len + len) * 2;
        sink->data = xreallocarray(sink->data, 1, sink->size);
    }
    memcpy(sink->data + sink->len, data, len);
    sink->len += len;
}

// On a terminal, a line must not begin after part of a line that the main task has printed.
static void begin_line(struct sink *sink)
{
    if (is_mid_line && sink->is_tty)
        sink_add(sink, "\n", 1);
    is_mid_line = false;
}

// Masks all of the text; an incomplete character at its end too.
static void mask_text(char *text, size_t len)
{
    size_t done = printable_mask(text, len, mask_is_utf8());
    memset(text + done, '?', len - done);
}

// Writes a line of the log.
static bool write_log(char *text)
{
    struct sink *sink = &sinks[1];
    if (sink->len > LOG_HIGH)
        return false;
    mask_line(text, sink->is_tty);
    begin_line(sink);
    sink_add(sink, "oolong: ", strlen("oolong: "));
    sink_add(sink, text, strlen(text));
    sink_add(sink, "\n", 1);
    sink_flush(sink);
    return true;
}

void output_init(bool on_stderr, void (*line_was_wiped)(void))
{
    sink_init(&sinks[0], STDOUT_FILENO);
    sink_init(&sinks[1], STDERR_FILENO);
    task_sink = &sinks[on_stderr];
    on_wiped = line_was_wiped;
    log_set_writer(write_log);
}

static void emit_line(struct task_output *output)
{
    char prefix[128];
    unsigned colour = 1;
    for (const char *p = output->name; *p; p++)
        colour = colour * 31 + (unsigned char)*p;
    if (task_sink->is_tty) {
        output->len -= output->len > 0 && output->line[output->len - 1] == '\r';
        snprintf(prefix, sizeof(prefix), "\033[%um[%s]\033[0m ", 31 + colour % 6, output->name);
        mask_text(output->line, output->len);
    } else {
        snprintf(prefix, sizeof(prefix), "[%s] ", output->name);
    }
    begin_line(task_sink);
    sink_add(task_sink, prefix, strlen(prefix));
    sink_add(task_sink, output->line, output->len);
    sink_add(task_sink, "\n", 1);
    output->len = 0;
}

static void take_bytes(struct task_output *output, const char *data, size_t len)
{
    while (len) {
        const char *newline = memchr(data, '\n', len);
        size_t part = newline ? (size_t)(newline - data) : len;
        size_t room = sizeof(output->line) - output->len;
        bool is_whole = newline && part <= room;
        part = part < room ? part : room;
        memcpy(output->line + output->len, data, part);
        output->len += (unsigned)part;
        if (is_whole || output->len == sizeof(output->line))
            emit_line(output);
        part += is_whole;
        data += part;
        len -= part;
    }
}

// Writes bytes as they come, without a name. `output->line` keeps an incomplete character.
static void take_plain_bytes(struct task_output *output, const char *data, size_t len)
{
    char text[READ_LEN + sizeof(output->line)];
    memcpy(text, output->line, output->len);
    memcpy(text + output->len, data, len);
    len += output->len;
    size_t done = printable_mask(text, len, mask_is_utf8());
    sink_add(&sinks[0], text, done);
    is_mid_line = done > 0 ? text[done - 1] != '\n' : is_mid_line;
    output->len = (unsigned)(len - done);
    memcpy(output->line, text + done, output->len);
}

// False: the pipe has ended.
static bool task_output_read(struct task_output *output)
{
    char data[READ_LEN];
    ssize_t got = read(output->source.fd, data, sizeof(data));
    if (got > 0 && output->is_plain)
        take_plain_bytes(output, data, (size_t)got);
    else if (got > 0)
        take_bytes(output, data, (size_t)got);
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

static struct sink *sink_of(const struct task_output *output)
{
    return output->is_plain ? &sinks[0] : task_sink;
}

static void on_output(struct source *source, uint32_t events)
{
    struct task_output *output = LIST_CONTAINER(source, struct task_output, source);
    (void)events;
    if (!task_output_read(output))
        close_source(output);
    sink_flush(sink_of(output));
}

bool task_output_open(struct task_output *output, int fd, const char *name, bool is_plain)
{
    fcntl(fd, F_SETFL, O_NONBLOCK);
    output->source = (struct source){.fd = fd, .ready = on_output};
    output->name = name;
    output->is_plain = is_plain;
    output->len = 0;
    output->next = outputs;
    outputs = output;
    tell_paused(output);
    return paused || loop_watch(&output->source, EPOLLIN);
}

void task_output_close(struct task_output *output)
{
    struct task_output **link = &outputs;
    while (*link && *link != output)
        link = &(*link)->next;
    if (!*link)
        return;
    *link = output->next;
    if (output->source.fd >= 0) {
        // At most as much as a pipe holds: another process may have its other end.
        struct pollfd pfd = {.fd = output->source.fd, .events = POLLIN};
        for (int i = 0; i < 64 && poll(&pfd, 1, 0) == 1 && task_output_read(output); i++)
            ;
        close_source(output);
    }
    if (output->len && output->is_plain) {
        mask_text(output->line, output->len);
        sink_add(&sinks[0], output->line, output->len);
    } else if (output->len) {
        emit_line(output);
    }
    sink_flush(sink_of(output));
}

bool output_is_awaited(void)
{
    return sinks[0].len > 0;
}

bool output_masks_main(void)
{
    return task_sink == &sinks[1] && sinks[0].is_tty;
}

void output_finish(unsigned timeout_ms)
{
    uint64_t end = now_ns() + timeout_ms * NS_PER_MS;
    for (int i = 0; i < 2; i++) {
        struct sink *sink = &sinks[i];
        sink_flush(sink);
        while (sink->len && now_ns() < end) {
            struct pollfd pfd = {.fd = sink->source.fd, .events = POLLOUT};
            poll(&pfd, 1, 10);
            sink_flush(sink);
        }
    }
}
