// Shared by fake_fds.c and fake_sockets.c.
#ifndef TESTS_FUZZ_FAKE_FDS_PRIVATE_H
#define TESTS_FUZZ_FAKE_FDS_PRIVATE_H

#include "fake_fds.h"

enum file_kind { FILE_EMPTY, FILE_MEMORY, FILE_EVENT, FILE_SOCKET, FILE_PIPE };

struct file {
    enum file_kind kind;
    unsigned refs; // descriptors, and packets under way that carry it; 0: free
    struct file *next_free;
    // FILE_MEMORY
    void *bytes, *read_only;
    size_t len;
    bool is_own; // `bytes` is from calloc()
    bool is_mapped;
    // FILE_EVENT
    bool is_readable;
    // FILE_SOCKET, FILE_PIPE
    struct file *peer; // NULL: it is closed
    struct file_packet *first, **last;
    unsigned num_packets;
    bool is_reset;          // the peer was closed with packets that it had not read
    bool wants_credentials; // SO_PASSCRED
};

/// A file with one reference; NULL with errno set.
struct file *file_make(enum file_kind kind);
void file_release(struct file *file);
/// A new descriptor for the file, which takes over a reference; -1 with errno set, and the
/// reference is given back.
int file_open(struct file *file);
/// The file of a descriptor. A fake number that is not open fails the target.
struct file *file_of(int fd);
/// Called when the last reference to a socket or to an end of a pipe is gone.
void file_hang_up(struct file *file);

#endif
