// Plays a launcher of another version: other_launcher BOOT PROGRAM. It runs the program with a
// launcher channel and sends it the CTL_BOOT that BOOT names. The program must exit with status 1,
// and must send nothing and map nothing before.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <oolong/wire.h>

#define LONG_SECONDS 20
#define MANY_FDS     8

struct boot {
    const char *name;
    uint32_t wire; // the first word of the body
    unsigned num_fds;
    size_t size;
};

static const struct boot boots[] = {
    {"same", WIRE_VERSION, 0, sizeof(struct packet)}, // refused for another reason
    {"other", WIRE_VERSION ^ 1, 5, sizeof(struct packet)},
    {"none", 5, 5, sizeof(struct packet)}, // formerly a task's number
    {"zero", 0, 5, sizeof(struct packet)},
    {"many_descriptors", WIRE_VERSION ^ 1, MANY_FDS, sizeof(struct packet)},
    {"short", WIRE_VERSION ^ 1, 5, 128},
    {"long", WIRE_VERSION ^ 1, 5, 512},
};

static void must(bool is_true, const char *what)
{
    if (is_true)
        return;
    fprintf(stderr, "other_launcher: %s\n", what);
    exit(2);
}

static void send_boot(int fd, const struct boot *boot)
{
    union {
        struct cmsghdr align;
        char data[CMSG_SPACE(MANY_FDS * sizeof(int))];
    } control = {0};
    char data[512] = {0};
    struct packet packet = {.type = CTL_BOOT, .word = wire_word(WIRE_CONTROL, 0, 0)};
    packet.boot.wire = boot->wire;
    memcpy(data, &packet, sizeof(packet));
    struct iovec iov = {data, boot->size};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    if (boot->num_fds > 0) {
        int memory = memfd_create("page", MFD_CLOEXEC);
        must(memory >= 0 && ftruncate(memory, (off_t)STATE_PAGE_SIZE) == 0, "no memory");
        msg.msg_control = &control;
        msg.msg_controllen = CMSG_SPACE(boot->num_fds * sizeof(int));
        struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(boot->num_fds * sizeof(int));
        for (unsigned i = 0; i < boot->num_fds; i++)
            memcpy(CMSG_DATA(c) + i * sizeof(int), &memory, sizeof(memory));
    }
    must(sendmsg(fd, &msg, 0) == (ssize_t)boot->size, "cannot send");
}

static pid_t start(char **argv, int theirs)
{
    pid_t pid = fork();
    must(pid >= 0, "cannot fork");
    if (pid > 0)
        return pid;
    alarm(LONG_SECONDS);
    if (theirs != CONTROL_FD)
        dup2(theirs, CONTROL_FD);
    close_range(CONTROL_FD + 1, ~0u, 0);
    execv(argv[0], argv);
    _exit(126);
}

int main(int argc, char **argv)
{
    int fds[2];
    int status;
    char byte;
    const struct boot *boot = NULL;
    for (size_t i = 0; argc > 2 && i < sizeof(boots) / sizeof(boots[0]); i++)
        boot = strcmp(argv[1], boots[i].name) ? boot : &boots[i];
    must(boot != NULL, "usage: other_launcher BOOT PROGRAM");
    must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == 0, "no sockets");
    send_boot(fds[0], boot);
    pid_t pid = start(argv + 2, fds[1]);
    close(fds[1]);
    must(waitpid(pid, &status, 0) == pid, "cannot wait");
    must(WIFEXITED(status) && WEXITSTATUS(status) == 1, "it did not exit with status 1");
    must(recv(fds[0], &byte, 1, 0) <= 0, "it sent something");
    return 0;
}
