// See fake_fds.h: the table of descriptors, files and memory.
#include "fake_fds_private.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif
#ifdef HAS_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(addr, len)   ((void)(addr), (void)(len))
#define ASAN_UNPOISON_MEMORY_REGION(addr, len) ((void)(addr), (void)(len))
#endif

#define MAX_OPEN 1024       // the usual limit of a process
#define POISONED (1u << 20) // uses of larger memory after munmap() are not found: slow
#define TABLE    4096       // numbers; many, so that a closed one is not reused next

bool fd_inside;
struct fd_failing fd_failing;

static struct file *table[TABLE];
static unsigned num_open, next_number;

static struct file files[4 * MAX_OPEN];
static struct file *free_files;
static unsigned num_files_made, num_files;

static struct mapping {
    uint8_t *addr;
    size_t len;
    struct file *file;
} mappings[256];
static unsigned num_mappings;
size_t fd_num_unmapped;

void target_fail(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fprintf(stderr, "\n");
    abort();
}

bool fd_fails(enum fd_call call)
{
    if (!fd_inside || !fd_failing.is_set || fd_failing.call != call || fd_failing.after-- > 0)
        return false;
    fd_failing.is_set = false;
    errno = fd_failing.error;
    return true;
}

// --- Files --------------------------------------------------------------------------------------

struct file *file_make(enum file_kind kind)
{
    struct file *file = free_files;
    if (file) {
        free_files = file->next_free;
    } else if (num_files_made < sizeof(files) / sizeof(files[0])) {
        file = &files[num_files_made++];
    } else {
        errno = ENFILE;
        return NULL;
    }
    num_files++;
    *file = (struct file){.kind = kind, .refs = 1};
    return file;
}

static void free_file(struct file *file)
{
    if (file->is_own) {
        ASAN_UNPOISON_MEMORY_REGION(file->bytes, file->len);
        free(file->bytes);
    }
    num_files--;
    file->next_free = free_files;
    free_files = file;
}

void file_release(struct file *file)
{
    if (--file->refs > 0)
        return;
    if (file->kind == FILE_SOCKET || file->kind == FILE_PIPE)
        file_hang_up(file);
    if (!file->is_mapped)
        free_file(file);
}

int file_open(struct file *file)
{
    if (!file)
        return -1;
    if (num_open == MAX_OPEN) {
        file_release(file);
        errno = EMFILE;
        return -1;
    }
    while (table[next_number])
        next_number = (next_number + 1) % TABLE;
    table[next_number] = file;
    num_open++;
    int fd = FD_FIRST + (int)next_number;
    next_number = (next_number + 1) % TABLE;
    return fd;
}

bool fd_is_open(int fd)
{
    return fd >= FD_FIRST && fd < FD_FIRST + TABLE && table[fd - FD_FIRST];
}

struct file *file_of(int fd)
{
    if (!fd_is_open(fd))
        target_fail("descriptor %d is used, which is closed", fd);
    return table[fd - FD_FIRST];
}

static int open_again(int fd)
{
    struct file *file = file_of(fd);
    file->refs++;
    return file_open(file);
}

int fd_open_file(void)
{
    return file_open(file_make(FILE_EMPTY));
}

int fd_open_event(void)
{
    return file_open(file_make(FILE_EVENT));
}

void fd_make_readable(int fd)
{
    file_of(fd)->is_readable = true;
}

int fd_open_memory(void *bytes, void *read_only, size_t len)
{
    struct file *file = file_make(FILE_MEMORY);
    if (file) {
        file->bytes = bytes;
        file->read_only = read_only;
        file->len = len;
    }
    return file_open(file);
}

unsigned fd_count(void)
{
    return num_open;
}

unsigned fd_count_files(void)
{
    return num_files;
}

void fd_reset(void)
{
    next_number = 0;
}

// --- Calls for any descriptor -------------------------------------------------------------------

int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
    if (fd < FD_FIRST)
        return __real_close(fd);
    struct file *file = file_of(fd);
    table[fd - FD_FIRST] = NULL;
    num_open--;
    file_release(file);
    return 0;
}

int __real_dup(int fd);
int __wrap_dup(int fd);
int __wrap_dup(int fd)
{
    return fd < FD_FIRST ? __real_dup(fd) : open_again(fd);
}

// A lease succeeds if no other descriptor and no mapping of the file exists.
static int lease(const struct file *file, int kind)
{
    if (kind == F_UNLCK || (file->refs == 1 && !file->is_mapped))
        return 0;
    errno = EAGAIN;
    return -1;
}

int __real_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...)
{
    va_list list;
    va_start(list, command);
    long arg = va_arg(list, long);
    va_end(list);
    if (fd < FD_FIRST)
        return __real_fcntl(fd, command, arg);
    switch (command) {
    case F_DUPFD_CLOEXEC:
        return fd_fails(CALL_FCNTL) ? -1 : open_again(fd);
    case F_SETLEASE:
        return lease(file_of(fd), (int)arg);
    default: // flags and seals
        file_of(fd);
        return 0;
    }
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
    static const char own[] = "/proc/self/fd/";
    va_list list;
    va_start(list, flags);
    unsigned mode = flags & O_CREAT ? va_arg(list, unsigned) : 0;
    va_end(list);
    bool is_own = !strncmp(path, own, sizeof(own) - 1);
    int fd = is_own ? atoi(path + sizeof(own) - 1) : -1;
    if (!fd_inside || (fd < FD_FIRST && strcmp(path, "/dev/null")))
        return __real_open(path, flags, mode);
    if (fd_fails(CALL_OPEN))
        return -1;
    return is_own ? open_again(fd) : fd_open_file();
}

// --- Memory -------------------------------------------------------------------------------------

int __real_memfd_create(const char *name, unsigned flags);
int __wrap_memfd_create(const char *name, unsigned flags);
int __wrap_memfd_create(const char *name, unsigned flags)
{
    if (!fd_inside)
        return __real_memfd_create(name, flags);
    return fd_fails(CALL_MEMFD) ? -1 : fd_open_memory(NULL, NULL, 0);
}

int __real_ftruncate(int fd, off_t len);
int __wrap_ftruncate(int fd, off_t len);
int __wrap_ftruncate(int fd, off_t len)
{
    if (fd < FD_FIRST)
        return __real_ftruncate(fd, len);
    if (fd_fails(CALL_FTRUNCATE))
        return -1;
    file_of(fd)->len = (size_t)len;
    return 0;
}

int __real_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode)
{
    if (fd < FD_FIRST)
        return __real_fchmod(fd, mode);
    file_of(fd);
    return 0;
}

int __real_fallocate(int fd, int mode, off_t offset, off_t len);
int __wrap_fallocate(int fd, int mode, off_t offset, off_t len);
int __wrap_fallocate(int fd, int mode, off_t offset, off_t len)
{
    if (fd < FD_FIRST)
        return __real_fallocate(fd, mode, offset, len);
    if (offset < 0 || (size_t)offset + (size_t)len > file_of(fd)->len)
        target_fail("memory is freed beyond its end");
    return 0;
}

void *__real_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
    if (fd < FD_FIRST)
        return __real_mmap(addr, len, prot, flags, fd, offset);
    struct file *file = file_of(fd);
    if (fd_fails(CALL_MMAP) || file->kind != FILE_MEMORY) {
        errno = file->kind != FILE_MEMORY ? ENODEV : fd_failing.error;
        return MAP_FAILED;
    }
    if (file->is_mapped || len > file->len || num_mappings == 256)
        target_fail("descriptor %d is mapped for %zu of %zu bytes", fd, len, file->len);
    if (!file->bytes && !file->read_only) {
        file->is_own = true;
        file->bytes = file->read_only = calloc(1, file->len);
    }
    uint8_t *at = prot & PROT_WRITE ? file->bytes : file->read_only;
    if (!at)
        target_fail("descriptor %d is mapped for what it is not open for", fd);
    if (len <= POISONED)
        ASAN_UNPOISON_MEMORY_REGION(at, len);
    file->is_mapped = true;
    mappings[num_mappings++] = (struct mapping){at, len, file};
    return at;
}

static void unmap(struct mapping *m, uint8_t *addr, size_t len)
{
    if (m->file->len <= POISONED)
        ASAN_POISON_MEMORY_REGION(addr, len);
    fd_num_unmapped += len;
    if (addr == m->addr)
        m->addr += len;
    m->len -= len;
    if (m->len > 0)
        return;
    struct file *file = m->file;
    *m = mappings[--num_mappings];
    file->is_mapped = false;
    if (file->refs == 0)
        free_file(file);
}

// The mapping that contains all `len` bytes; NULL: there is none.
static struct mapping *find_mapping(const uint8_t *addr, size_t len)
{
    for (struct mapping *m = mappings; m < mappings + num_mappings; m++) {
        if (addr >= m->addr && addr < m->addr + m->len && len <= (size_t)(m->addr + m->len - addr))
            return m;
    }
    return NULL;
}

int __real_munmap(void *addr, size_t len);
int __wrap_munmap(void *addr, size_t len);
int __wrap_munmap(void *addr, size_t len)
{
    struct mapping *m = find_mapping(addr, len);
    if (!m && fd_inside)
        target_fail("memory is unmapped that is not mapped");
    if (!m)
        return __real_munmap(addr, len);
    if (addr != m->addr && (uint8_t *)addr + len != m->addr + m->len)
        target_fail("%zu bytes are unmapped in the middle of memory", len);
    unmap(m, addr, len);
    return 0;
}

int __real_madvise(void *addr, size_t len, int advice);
int __wrap_madvise(void *addr, size_t len, int advice);
int __wrap_madvise(void *addr, size_t len, int advice)
{
    if (!fd_inside)
        return __real_madvise(addr, len, advice);
    if (!find_mapping(addr, len))
        target_fail("memory is removed that is not mapped");
    return 0;
}
