// The descriptors of the targets vm-process and launcher-process. They are numbers from FD_FIRST on
// that the kernel does not know: an input makes hundreds of descriptors, and with real ones the
// system calls take most of the time. The calls themselves are replaced at link time
// (-Wl,--wrap=); with another descriptor each of them is the real call.
//
// Stricter than the kernel: closing or using a descriptor that is closed fails the target, and so
// does unmapping memory that is not mapped. Under AddressSanitizer, a use of memory after its
// munmap() is found as well.
#ifndef TESTS_FUZZ_FAKE_FDS_H
#define TESTS_FUZZ_FAKE_FDS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define FD_FIRST 10000

/// Whether the code under test runs, and not the fuzzer around it. New descriptors are then fake
/// ones.
extern bool fd_inside;

/// Selects the call that fails next, after `after` others of its kind.
enum fd_call {
    CALL_SOCKETPAIR,
    CALL_MEMFD,
    CALL_FCNTL,
    CALL_SENDMSG,
    CALL_OPEN,
    CALL_FTRUNCATE,
    CALL_SETSOCKOPT,
    CALL_MMAP,
    CALL_PIPE,
    CALL_SETPRIORITY,
    CALL_NUM
};
extern struct fd_failing {
    bool is_set, was_set;
    enum fd_call call;
    unsigned after;
    int error;
} fd_failing;
/// Whether this call fails, with errno set.
bool fd_fails(enum fd_call call);

/// Opens an empty file that cannot be mapped.
int fd_open_file(void);
/// Opens a file whose content is the memory at `bytes`. A mapping without PROT_WRITE is at
/// `read_only`.
int fd_open_memory(void *bytes, void *read_only, size_t len);
/// Opens a descriptor that fd_make_readable() makes readable.
int fd_open_event(void);
void fd_make_readable(int fd);

bool fd_is_open(int fd);
/// The events that poll() reports for the descriptor.
short fd_events(int fd);
/// How many descriptors are open, and how many files there are.
unsigned fd_count(void);
unsigned fd_count_files(void);
/// How many bytes were unmapped.
extern size_t fd_num_unmapped;
/// Begins with the lowest number again, so that each input gets the same descriptors.
void fd_reset(void);

/// If it is not NULL, it is called for each new pair of sockets.
extern void (*fd_on_socketpair)(const int ends[2]);
/// How many packets were sent.
extern unsigned long fd_num_sent;

/// Sends as the process `pid`. False: it was not sent.
bool fd_send(int fd, const void *data, size_t len, const int *fds, unsigned num_fds, pid_t pid);

/// Prints the error and aborts.
void target_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
