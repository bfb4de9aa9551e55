// A task that speaks the wire format without libipc, so it can break each of its rules. The first
// argument says what the task does. A task with the name `vm` plays a vm that only acknowledges.
#include <errno.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>
#include <oolong/message.h>
#include <oolong/wire.h>

WIRE_NOTE_ATTRIBUTES static const struct wire_note wire_note = WIRE_NOTE;

static struct control_boot boot;
static int boot_fds[PACKET_MAX_FDS];

static int receive(struct packet *packet, int *fds)
{
    union {
        struct cmsghdr align;
        char data[CMSG_SPACE(PACKET_MAX_FDS * sizeof(int))];
    } control;
    struct iovec iov = {packet, sizeof(*packet)};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof(control)};
    ssize_t got = recvmsg(CONTROL_FD, &msg, 0);
    if (got <= 0)
        exit(99);
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    int num = c ? (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int)) : 0;
    if (num)
        memcpy(fds, CMSG_DATA(c), (size_t)num * sizeof(int));
    return num;
}

static void send_packet(int op, struct packet *packet)
{
    packet->type = op;
    packet->word = wire_word(WIRE_CONTROL, 0, 0);
    if (send(CONTROL_FD, packet, sizeof(*packet), MSG_NOSIGNAL) < 0)
        exit(98);
}

static void send_op(int op, int task)
{
    struct packet packet = {0};
    packet.task.task = task;
    send_packet(op, &packet);
}

// Loads the filter of the role. Its descriptor is the last one of the boot packet.
static void load_filter(int fd)
{
    struct sock_filter *program = calloc(boot.num_filter, sizeof(*program));
    struct sock_fprog fprog = {(unsigned short)boot.num_filter, program};
    size_t size = boot.num_filter * sizeof(*program);
    if (pread(fd, program, size, 0) != (ssize_t)size ||
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &fprog) < 0) {
        fprintf(stderr, "cannot load the filter: %s\n", strerror(errno));
        exit(97);
    }
}

static void start(bool with_filter)
{
    struct packet packet;
    int num = receive(&packet, boot_fds);
    boot = packet.boot;
    for (unsigned i = 0; i < boot.num_files; i++) {
        int fd;
        receive(&packet, &fd);
    }
    if (with_filter)
        load_filter(boot_fds[num - 1]);
    send_op(CTL_READY, 0);
}

static void __attribute__((noreturn)) play_vm(void)
{
    start(true);
    for (;;) {
        struct packet packet;
        int fds[PACKET_MAX_FDS];
        int num = receive(&packet, fds);
        if (wire_kind(packet.word) == WIRE_CONTROL && packet.type == CTL_GRANT)
            send_op(CTL_GRANT_ACK, packet.grant.task);
        if (wire_kind(packet.word) == WIRE_NOBLOCK && packet.type == EXCEPTION_MSG) {
            struct message m;
            memcpy(&m, &packet, sizeof(m));
            send_op(CTL_REAP, m.exception.task);
        }
        if (wire_kind(packet.word) == WIRE_NOBLOCK && packet.type == LAUNCHER_STARTED_MSG)
            continue; // keeps the descriptors of the grant open, as vm does
        if (num > 3)
            exit(96);
    }
}

// Sends `size` bytes as if they were a packet.
static void send_size(size_t size)
{
    char *data = calloc(1, size + 1);
    send(CONTROL_FD, data, size, MSG_NOSIGNAL);
    free(data);
}

static void send_descriptor(void)
{
    struct packet packet = {.type = CTL_CONNECT, .word = wire_word(WIRE_CONTROL, 0, 0)};
    union {
        struct cmsghdr align;
        char data[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec iov = {&packet, sizeof(packet)};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof(control)};
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(c), &(int){2}, sizeof(int));
    sendmsg(CONTROL_FD, &msg, MSG_NOSIGNAL);
}

// Asks the launcher to end the suite.
static void quit(void)
{
    struct packet packet = {.text = {.len = 1, .text = "q"}};
    int fds[PACKET_MAX_FDS];
    send_packet(CTL_KDEBUG, &packet);
    receive(&packet, fds);
    if (packet.text.error)
        exit(packet.text.error == ERR_NOT_PERMITTED ? 5 : 6);
}

static void flood_output(void)
{
    for (;;)
        puts("a line");
}

static void change_terminal(void)
{
    struct termios settings;
    tcgetattr(STDIN_FILENO, &settings);
    cfmakeraw(&settings);
    tcsetattr(STDIN_FILENO, TCSANOW, &settings);
}

// Scripts name the operations, because their numbers change when one is added.
static const struct op_name {
    const char *name;
    enum control_op op;
} op_names[] = {
    {"boot", CTL_BOOT},     {"file", CTL_FILE},       {"grant", CTL_GRANT},
    {"text", CTL_TEXT},     {"console", CTL_CONSOLE}, {"connect", CTL_CONNECT},
    {"ack", CTL_GRANT_ACK}, {"destroy", CTL_DESTROY}, {"abort", CTL_ABORT},
    {"reap", CTL_REAP},     {"launch", CTL_LAUNCH},   {"memfd", CTL_MEMFD},
    {"closed", CTL_CLOSED}, {"copying", CTL_COPYING}, {"stop", CTL_STOP},
};
#define NUM_OP_NAMES (sizeof(op_names) / sizeof(op_names[0]))

static const char *op_name(int op)
{
    for (size_t i = 0; i < NUM_OP_NAMES; i++) {
        if ((int)op_names[i].op == op)
            return op_names[i].name;
    }
    return "another";
}

static int op_or_number(const char *text)
{
    for (size_t i = 0; i < NUM_OP_NAMES; i++) {
        if (!strcmp(op_names[i].name, text))
            return (int)op_names[i].op;
    }
    return atoi(text);
}

// Waits for the answer to a request and prints it.
static void print_answer(void)
{
    struct packet packet;
    int fds[PACKET_MAX_FDS];
    int num = receive(&packet, fds);
    if (packet.type == CTL_ANSWER)
        printf("answer to %s task %d error %d\n", op_name(packet.answer.op), packet.answer.task,
               packet.answer.error);
    else if (packet.type == CTL_GRANT)
        printf("grant task %d with %d descriptors\n", packet.grant.task, num);
    else if (packet.type == CTL_TEXT)
        printf("text error %d %.*s\n", packet.text.error, packet.text.len, packet.text.text);
}

static void wait_for_end(void)
{
    struct packet packet;
    int fds[PACKET_MAX_FDS];
    for (;;)
        receive(&packet, fds);
}

// Sends the same request again and again and reads no answer.
static void flood(int op)
{
    struct packet packet = {0};
    packet.task.task = boot.task + 1000;
    for (;;)
        send_packet(op, &packet);
}

static void sleep_for_ever(void)
{
    static uint32_t word;
    for (;;)
        syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL);
}

static void play(const char *what, int number)
{
    if (!strcmp(what, "exit"))
        exit(number);
    else if (!strcmp(what, "size"))
        send_size((size_t)number);
    else if (!strcmp(what, "descriptor"))
        send_descriptor();
    else if (!strcmp(what, "op"))
        send_op(number, 1);
    else if (!strcmp(what, "hangup"))
        close(CONTROL_FD), sleep_for_ever();
    else if (!strcmp(what, "flood"))
        flood(number);
    else if (!strcmp(what, "ask"))
        send_op(CTL_CONNECT, number), print_answer(), exit(0);
    else if (!strcmp(what, "destroy"))
        send_op(CTL_DESTROY, number), print_answer(), exit(0);
    else if (!strcmp(what, "write"))
        printf("output\nof two lines"), exit(number);
    else if (!strcmp(what, "crash"))
        *(volatile int *)(uintptr_t)number = 1;
    else if (!strcmp(what, "quit"))
        quit();
    else if (!strcmp(what, "flood-output"))
        flood_output();
    else if (!strcmp(what, "terminal"))
        change_terminal();
    else if (!strcmp(what, "stay"))
        sleep_for_ever();
    wait_for_end();
}

int main(int argc, char **argv)
{
    static char buffer[4096];
    setvbuf(stdout, buffer, _IOFBF, sizeof(buffer)); // otherwise stdio would call fstat()
    if (!strcmp(argv[0], "vm"))
        play_vm();
    const char *what = argc > 1 ? argv[1] : "wait";
    int number = argc > 2 ? op_or_number(argv[2]) : 0;
    if (!strcmp(what, "before")) {
        // Makes the call with that number, with arguments 0, while only the outer filter is loaded.
        long result = syscall(number, 0, 0, 0, 0, 0, 0);
        printf("returned %ld\n", result);
        exit(10);
    }
    if (strcmp(what, "silent")) {
        // Loads the role's filter, except in the test of a task without it.
        start(strcmp(what, "unfiltered") != 0);
        play(what, number);
    }
    wait_for_end();
}
