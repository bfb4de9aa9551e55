// Printing: what the program says on purpose. It waits for its reader, unlike the log.

#include <resea/printf.h>
#include <unistd.h>
#include <resea/syscall.h>

void printf_flush(void)
{
    fflush(stdout);
}

error_t sys_console_write(const char *buf, size_t len)
{
    printf_flush();
    while (len > 0) {
        ssize_t n = write(STDOUT_FILENO, buf, len);
        if (n <= 0)
            break; // nobody to tell
        buf += n;
        len -= (size_t)n;
    }
    return OK;
}
