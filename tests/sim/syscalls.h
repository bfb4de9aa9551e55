// The functions that the instances of libipc and vm call instead of the kernel and the C library.
// make-instance renames the calls.
#ifndef TESTS_SIM_SYSCALLS_H
#define TESTS_SIM_SYSCALLS_H

#include <stddef.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <oolong/types.h>

ssize_t sim_send(int fd, const void *buf, size_t len, int flags);
ssize_t sim_sendmsg(int fd, const struct msghdr *msg, int flags);
ssize_t sim_recv(int fd, void *buf, size_t len, int flags);
ssize_t sim_recvmsg(int fd, struct msghdr *msg, int flags);
int sim_epoll_create1(int flags);
int sim_epoll_ctl(int epoll_fd, int op, int fd, struct epoll_event *event);
int sim_epoll_wait(int fd, struct epoll_event *events, int max, int timeout_ms);
int sim_close(int fd);
void *sim_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset);
int sim_munmap(void *addr, size_t len);
int sim_atexit(void (*function)(void));
int sim_madvise(void *addr, size_t len, int advice);
void *sim_malloc(size_t size);
void *sim_calloc(size_t num, size_t size);
void *sim_realloc(void *ptr, size_t size);
void sim_free(void *ptr);
char *sim_strdup(const char *text);
ssize_t sim_process_vm_readv(pid_t pid, const struct iovec *local, unsigned long num_local,
                             const struct iovec *remote, unsigned long num_remote,
                             unsigned long flags);
ssize_t sim_process_vm_writev(pid_t pid, const struct iovec *local, unsigned long num_local,
                              const struct iovec *remote, unsigned long num_remote,
                              unsigned long flags);
long sim_syscall(long number, ...);
int sim_clock_gettime(int clock, struct timespec *now);
void sim__exit(int status) __noreturn;
void sim_exit(int status) __noreturn;
void sim_abort(void) __noreturn;
unsigned long sim_getauxval(unsigned long type);
int sim_sched_getcpu(void);
int sim_sched_yield(void);
int sim_prctl(int option, ...);
ssize_t sim_write(int fd, const void *buf, size_t len);
int sim_fprintf(void *file, const char *fmt, ...);
size_t sim_fwrite(const void *ptr, size_t size, size_t num, void *file);
void sim_oolong_warn(const char *prefix, const char *fmt, ...);
void sim_oolong_log(const char *prefix, const char *fmt, ...);
void sim_oolong_panic(const char *fmt, ...) __noreturn;
void sim_unknown(void);

#endif
