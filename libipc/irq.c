// Owns the descriptors that a server watches besides its channels. A readable descriptor takes the
// place of a device's interrupt.

#include "irq.h"
#include <driver/irq.h>
#include <errno.h>
#include <poll.h>
#include <unistd.h>
#include <resea/syscall.h>
#include "inbox.h"
#include "self.h"
#include "transport.h"

#define MAX_WATCHES 64

static struct watch {
    bool used;
    int fd;
    unsigned irq;
} watches[MAX_WATCHES];
static unsigned num_watches;

bool irq_owns(const void *cookie)
{
    uintptr_t at = (uintptr_t)cookie;
    return at >= (uintptr_t)watches && at < (uintptr_t)(watches + MAX_WATCHES);
}

bool irq_any(void)
{
    return num_watches > 0;
}

static struct watch *find(unsigned irq)
{
    for (unsigned i = 0; i < MAX_WATCHES; i++) {
        if (watches[i].used && watches[i].irq == irq)
            return &watches[i];
    }
    return NULL;
}

error_t irq_watch_fd(int fd, unsigned irq)
{
    struct watch *w = find(irq);
    if (w && w->fd != fd) {
        transport_unwatch(w->fd);
        w->used = false;
        num_watches--;
        w = NULL;
    }
    if (fd < 0)
        return OK;
    for (unsigned i = 0; !w && i < MAX_WATCHES; i++) {
        if (!watches[i].used)
            w = &watches[i];
    }
    if (!w)
        return ERR_NO_MEMORY;
    OK_OR_RETURN(transport_watch(fd, w, true));
    num_watches += !w->used;
    *w = (struct watch){.used = true, .fd = fd, .irq = irq};
    return OK;
}

// Watches the console. A regular file cannot be in the epoll set. It counts as readable until its
// end was read.
static bool console_is_acquired;

static void await_console(void)
{
    if (console_is_acquired && irq_watch_fd(STDIN_FILENO, CONSOLE_IRQ) == ERR_INVALID_ARG)
        inbox_pend(NOTIFY_IRQ);
}

error_t sys_irq_acquire(unsigned irq)
{
    if (irq != CONSOLE_IRQ)
        return ERR_NOT_FOUND;
    if (!(ipc_self.boot.flags & BOOT_CONSOLE))
        return ERR_NOT_PERMITTED;
    console_is_acquired = true;
    await_console();
    return OK;
}

error_t sys_irq_release(unsigned irq)
{
    if (irq == CONSOLE_IRQ)
        console_is_acquired = false;
    if (!find(irq))
        return irq == CONSOLE_IRQ ? OK : ERR_NOT_FOUND;
    return irq_watch_fd(-1, irq);
}

error_t irq_acquire(unsigned irq)
{
    return sys_irq_acquire(irq);
}

error_t irq_release(unsigned irq)
{
    return sys_irq_release(irq);
}

int sys_console_read(char *buf, size_t len)
{
    if (!(ipc_self.boot.flags & BOOT_CONSOLE))
        return ERR_NOT_PERMITTED;
    if (len == 0)
        return 0;
    buf[0] = '\0';
    if (len == 1)
        return 0;
    struct pollfd pfd = {.fd = STDIN_FILENO, .events = POLLIN};
    struct timespec now = {0};
    if (ppoll(&pfd, 1, &now, NULL) <= 0)
        return 0;
    ssize_t n = read(STDIN_FILENO, buf, len - 1);
    if (n <= 0)
        return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : ERR_END;
    buf[n] = '\0';
    await_console(); // more input notifies again
    return (int)n;
}
