// Source files. Owns reading them, and finding a byte's line and column.
#include "source.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOURCE_MAX_LEN (1024 * 1024)

static int read_all(int fd, struct text *text)
{
    char piece[16384];
    for (;;) {
        ssize_t len = read(fd, piece, sizeof(piece));
        if (len < 0 && errno == EINTR)
            continue;
        if (len < 0)
            return -1;
        if (len == 0)
            return 0;
        text_append(text, piece, (size_t)len);
        if (text->len > SOURCE_MAX_LEN) {
            errno = EFBIG;
            return -1;
        }
    }
}

static struct source *find_same(struct program *program, const struct stat *st)
{
    for (struct source *source = program->sources; source; source = source->next) {
        if (source->dev == st->st_dev && source->ino == st->st_ino)
            return source;
    }
    return NULL;
}

// Converts line ends (LF, CR LF or CR) to LF.
static size_t join_line_ends(char *text, size_t len)
{
    size_t to = 0;
    for (size_t from = 0; from < len; from++) {
        bool is_cr = text[from] == '\r';
        text[to++] = text[from];
        if (is_cr)
            text[to - 1] = '\n';
        if (is_cr && from + 1 < len && text[from + 1] == '\n')
            from++;
    }
    text[to] = '\0';
    return to;
}

struct source *source_add(struct program *program, const char *name, const char *text, size_t len)
{
    struct source *source = arena_alloc(&program->arena, sizeof(*source));
    source->path = arena_strndup(&program->arena, name, strlen(name));
    char *copy = arena_strndup(&program->arena, text, len);
    source->len = join_line_ends(copy, len);
    source->text = copy;
    for (struct source *other = program->sources; other; other = other->next)
        source->order++;
    *program->last_source = source;
    program->last_source = &source->next;
    return source;
}

// Checks the kind of file before opening it, because opening a FIFO waits for a writer.
static int open_file(const char *path, bool only_regular)
{
    struct stat st;
    if (only_regular && stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
        return -1;
    }
    return open(path, O_RDONLY | O_CLOEXEC);
}

enum source_status source_open(struct program *program, const char *path, bool only_regular,
                               struct source **source)
{
    enum source_status status = SOURCE_FAILED;
    struct text text = {0};
    struct stat st;
    bool is_stdin = !only_regular && strcmp(path, "-") == 0;
    int fd = is_stdin ? dup(STDIN_FILENO) : open_file(path, only_regular);
    if (fd < 0 || fstat(fd, &st) < 0)
        goto out;

    struct source *same = find_same(program, &st);
    if (same) {
        *source = same;
        status = SOURCE_KNOWN;
        goto out;
    }
    if (read_all(fd, &text) < 0)
        goto out;

    *source = source_add(program, is_stdin ? "<stdin>" : path, text.chars, text.len);
    (*source)->is_stdin = is_stdin;
    (*source)->dev = st.st_dev;
    (*source)->ino = st.st_ino;
    status = SOURCE_NEW;

out:;
    int saved_errno = errno;
    text_free(&text);
    if (fd >= 0)
        close(fd);
    errno = saved_errno;
    return status;
}

struct span source_line(const struct source *source, size_t pos)
{
    size_t start = pos, end = pos;
    while (start > 0 && source->text[start - 1] != '\n')
        start--;
    while (end < source->len && source->text[end] != '\n')
        end++;
    return (struct span){(struct source *)(uintptr_t)source, start, end - start};
}

void source_position(const struct span *span, size_t *line, size_t *column)
{
    *line = 1;
    *column = 1;
    for (size_t i = 0; i < span->pos && i < span->source->len; i++) {
        char c = span->source->text[i];
        if (c == '\n') {
            (*line)++;
            *column = 1;
        } else if (((unsigned char)c & 0xc0) != 0x80) { // not in the middle of a UTF-8 character
            (*column)++;
        }
    }
}

const char *source_basename(const struct source *source)
{
    const char *slash = strrchr(source->path, '/');
    return slash ? slash + 1 : source->path;
}
