// For log.sh and terminal.sh: tasks that write long logs, or make other tasks do so.
//
//   test_log server          serves "maker", and says so of each message that it does not know
//   test_log client N        calls it N times, and looks it up each time: prints "done"
//   test_log unknown N       sends it N messages that it does not know (0: for ever)
//   test_log unread          asks vm and reads no answer, for ever
//   test_log lines N         writes N lines, all different, to its log
//   test_log print N         prints N lines
//   test_log bytes           prints, and logs, what a terminal must not get (for terminal.sh)

#include <resea/ipc.h>
#include <resea/malloc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <idl/stage.h>
#include <idl/stage_server.h>
#include <string.h>
#include <sys/socket.h>
#include "../../libipc/channel.h"

static error_t on_make(task_t from, size_t len, uint seed, void **data, size_t *data_len)
{
    (void)from, (void)seed;
    *data = calloc(1, len + 1);
    *data_len = len;
    return *data ? OK : ERR_NO_MEMORY;
}

static void serve(void)
{
    static const struct stage_ops ops = {.make = on_make};
    ASSERT_OK(ipc_serve("maker"));
    for (;;) {
        struct message m;
        if (ipc_recv(IPC_ANY, &m) == OK && !stage_dispatch(&ops, &m))
            discard_unknown_message(&m);
    }
}

static task_t look_up(void)
{
    task_t server = ipc_lookup("maker");
    ASSERT(server > 0);
    return server;
}

static void call(int num)
{
    for (int i = 0; i < num; i++) {
        void *data;
        size_t len;
        ASSERT_OK(stage_make(look_up(), 8, 1, &data, &len));
        free(data);
    }
    printf("done\n");
}

static void send_unknown(int num)
{
    task_t server = look_up();
    for (int i = 0; num == 0 || i < num; i++) {
        struct message m = {.type = INVALID_MSG};
        (void)!ipc_call(server, &m);
    }
}

// Makes vm write log lines: vm complains of each answer for which the channel has no room.
static void ask_vm(void)
{
    struct channel *vm = channel_find(VM_TASK);
    for (uint32_t seq = 1;; seq = seq % 1000 + 1) {
        struct packet packet = {.type = BENCHMARK_NOP_MSG, .word = wire_word(WIRE_CALL, seq, 0)};
        if (send(vm->fd, &packet, sizeof(packet), MSG_NOSIGNAL) < 0)
            return;
    }
}

static void print_bytes(void)
{
    printf("esc \033[31m csi \302\233c raw \233c cr \rback \b bell \a del \177 "
           "long \340\202\233 rlo \342\200\256 lone \303.\n");
    printf("good \303\274 \342\202\254 \360\237\230\200\ncrlf\r\n");
    INFO("logged \033[31m \302\233c \233c \r.");
    printf("[vm] \033[2K\r[vm] no more"); // a line without a newline
}

void main(void)
{
    const char *part = task_argc() > 1 ? task_argv()[1] : "";
    int num = task_argc() > 2 ? atoi(task_argv()[2]) : 0;
    if (!strcmp(part, "server"))
        serve();
    else if (!strcmp(part, "client"))
        call(num);
    else if (!strcmp(part, "unknown"))
        send_unknown(num);
    else if (!strcmp(part, "unread"))
        ask_vm();
    else if (!strcmp(part, "bytes"))
        print_bytes();
    for (int i = 1; !strcmp(part, "lines") && i <= num; i++)
        INFO("line %d", i);
    for (int i = 1; !strcmp(part, "print") && i <= num; i++)
        printf("line %d\n", i);
}
