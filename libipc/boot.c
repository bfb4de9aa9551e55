// Owns the start of the process: the packets and descriptors that the launcher sends at boot, and
// the filter.

#include "boot.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <oolong/idl_tables.h>
#include "control.h"
#include "link.h"
#include "map.h"
#include "self.h"
#include "transport.h"

static int filter_fd = -1;

static void __noreturn bad_start(const char *why)
{
    fprintf(stderr, "%s: %s; tasks are started by oolong run SUITE.ini\n",
            program_invocation_short_name, why);
    exit(EXIT_FAILURE);
}

static void __noreturn other_version(uint32_t launchers)
{
    char text[16] = "none";
    if (launchers >> 31) // every version has this bit
        snprintf(text, sizeof(text), "%x", launchers);
    fprintf(stderr,
            "%s: it was built with another version of Oolong than the launcher (wire %x, "
            "the launcher's is %s): build it again\n",
            program_invocation_short_name, WIRE_VERSION, text);
    exit(EXIT_FAILURE);
}

// The kernel drops descriptors for which the process has no room, and reports that.
static void __noreturn too_few_descriptors(void)
{
    fprintf(
        stderr,
        "it may not have enough descriptors: see 'files' in the suite file, and 'ulimit -Hn'\n");
    exit(EXIT_FAILURE);
}

static void receive_files(void)
{
    struct self_file *files = calloc(ipc_self.boot.num_files + 1, sizeof(*files));
    if (!files)
        bad_start("not enough memory for its files");
    ipc_self.files = files;
    for (unsigned i = 0; i < ipc_self.boot.num_files; i++) {
        struct packet packet;
        int fd;
        int num_fds;
        error_t err = transport_recv(CONTROL_FD, &packet, true, &fd, 1, &num_fds);
        if (err == ERR_NOT_ACCEPTABLE)
            too_few_descriptors();
        if (IS_ERROR(err) || num_fds != 1)
            bad_start("the launcher sent no file");
        memcpy(files[i].name, packet.file.name, sizeof(files[i].name) - 1);
        files[i].fd = fd;
        ipc_self.num_files++;
    }
}

static error_t map_talk_table(int fd)
{
    void *addr = mmap(NULL, sizeof(*ipc_self.talk), PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (addr == MAP_FAILED)
        return ERR_NO_MEMORY;
    ipc_self.talk = addr;
    return OK;
}

void boot_start(void)
{
    struct packet packet = {0};
    int fds[PACKET_MAX_FDS];
    int num_fds = 0;
    error_t err = transport_recv(CONTROL_FD, &packet, true, fds, PACKET_MAX_FDS, &num_fds);
    // The version is checked first: another version may have other packets and more descriptors.
    if ((IS_OK(err) || err == ERR_NOT_ACCEPTABLE) && packet.boot.wire != WIRE_VERSION)
        other_version(packet.boot.wire);
    if (err == ERR_NOT_ACCEPTABLE)
        too_few_descriptors();
    if (IS_ERROR(err) || packet.type != CTL_BOOT || num_fds < 1)
        bad_start("it was not started by the launcher");

    control_listen();
    ipc_self.boot = packet.boot;
    bool is_vm = ipc_self.boot.task == VM_TASK;
    int expected = (is_vm ? BOOT_NUM_FDS_OF_VM : BOOT_NUM_FDS) + (ipc_self.boot.num_filter > 0);
    if (num_fds != expected)
        bad_start("the launcher sent the wrong descriptors");
    ipc_self.page =
        mmap(NULL, STATE_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fds[BOOT_FD_PAGE], 0);
    if (ipc_self.page == MAP_FAILED || IS_ERROR(transport_init()) ||
        IS_ERROR(link_add(KERNEL_TASK, 0, CONTROL_FD, -1)) ||
        IS_ERROR(is_vm ? map_talk_table(fds[BOOT_FD_TALK_TABLE])
                       : link_add(VM_TASK, ipc_self.boot.vm_chan, fds[BOOT_FD_VM_SOCKET],
                                  fds[BOOT_FD_VM_PAGE])))
        bad_start("not enough memory");
    close(fds[BOOT_FD_PAGE]);
    if (!is_vm)
        ipc_self.landing = map_landing(fds[BOOT_FD_LANDING], ipc_self.boot.ool_len);
    if (!is_vm && !ipc_self.landing)
        bad_start("its memory does not suffice for its receive buffers");
    if (ipc_self.boot.num_filter > 0)
        filter_fd = fds[num_fds - 1];
    receive_files();

    // Yama (on Ubuntu) restricts ptrace to child processes. This call lets vm read our memory
    // anyway. Without Yama the call fails, and is not needed.
    prctl(PR_SET_PTRACER, ipc_self.boot.vm_pid, 0, 0, 0);
}

void boot_confine(void)
{
    if (filter_fd < 0)
        return;
    size_t size = ipc_self.boot.num_filter * sizeof(struct sock_filter);
    struct sock_filter *code = malloc(size);
    if (!code || pread(filter_fd, code, size, 0) != (ssize_t)size)
        bad_start("the sandbox filter cannot be read");
    struct sock_fprog prog = {.len = (unsigned short)ipc_self.boot.num_filter, .filter = code};
    close(filter_fd);
    // The filter is installed for all threads: vm has two.
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &prog))
        bad_start("the sandbox filter cannot be installed");
    free(code);
}

static void send_digests(void)
{
    struct packet packet = {0};
    struct control_digests *d = &packet.digests;
    for (unsigned i = 0; i < oolong_idl_num_messages; i++) {
        const struct idl_message *message = &oolong_idl_messages[i];
        if (message->id & MSG_REPLY_BIT)
            break; // the messages are sorted: only replies follow
        d->numbers[d->count] = message->id;
        d->digests[d->count] = message->digest;
        if (++d->count == CONTROL_MAX_DIGESTS) {
            control_send(CTL_DIGESTS, &packet);
            d->count = 0;
        }
    }
    if (d->count > 0)
        control_send(CTL_DIGESTS, &packet);
}

void boot_ready(void)
{
    send_digests();
    struct packet packet = {0};
    control_send(CTL_READY, &packet);
}
