// A program that reads the console, as a shell does, until a q is typed.
#include <driver/irq.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/syscall.h>
#include <string.h>
#include <unittest.h>

static char line[64];
static size_t line_len = 0;

static bool read_input(void)
{
    char buf[4];
    memset(buf, 'x', sizeof(buf));
    OOPS_OK(sys_console_read(buf, sizeof(buf)));
    TEST_EXPECT_EQ(sys_console_read(buf, 0), 0);
    for (size_t i = 0; i < sizeof(buf) && buf[i] != '\0'; i++) {
        if (buf[i] == '\n') {
            line[line_len] = '\0';
            printf("line: %s\n", line);
            if (!strcmp(line, "q")) {
                return false;
            }
            line_len = 0;
        } else {
            line[line_len++] = buf[i];
        }
    }
    return true;
}

void main(void)
{
    ASSERT_OK(irq_acquire(CONSOLE_IRQ));
    while (true) {
        struct message m;
        error_t err = ipc_recv(IPC_ANY, &m);
        ASSERT_OK(err);
        if (m.type == NOTIFICATIONS_MSG && (m.notifications.data & NOTIFY_IRQ) && !read_input()) {
            break;
        }
    }
}
