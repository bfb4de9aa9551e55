// The launcher, with calls that fail on request. When the file $OOLONG_FAIL_WHEN exists, the call
// that it names fails, and the file is removed. The file holds CALL [NUMBER [TIMES]]: from then on,
// NUMBER such calls succeed (default 0), and the next TIMES calls fail (default 1).
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static bool fails(const char *call)
{
    static char wanted[32];
    static int left, times;
    const char *path = getenv("OOLONG_FAIL_WHEN");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        char text[64] = "";
        left = 0;
        times = 1;
        if (read(fd, text, sizeof(text) - 1) > 0)
            sscanf(text, "%31s %d %d", wanted, &left, &times);
        close(fd);
        unlink(path);
    }
    if (strcmp(call, wanted) || left-- > 0)
        return false;
    if (--times == 0)
        *wanted = '\0';
    errno = ENOMEM;
    return true;
}

int __real_epoll_ctl(int set, int op, int fd, struct epoll_event *event);
int __wrap_epoll_ctl(int set, int op, int fd, struct epoll_event *event);
int __wrap_epoll_ctl(int set, int op, int fd, struct epoll_event *event)
{
    return op == EPOLL_CTL_ADD && fails("epoll_ctl") ? -1 : __real_epoll_ctl(set, op, fd, event);
}

void *__real_calloc(size_t num, size_t size);
void *__wrap_calloc(size_t num, size_t size);
void *__wrap_calloc(size_t num, size_t size)
{
    return fails("calloc") ? NULL : __real_calloc(num, size);
}
