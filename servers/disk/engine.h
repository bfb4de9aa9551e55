// Who moves the bytes: a restricted io_uring, or plain system calls where there is none. Nothing
// here knows requests or messages.
#ifndef DISK_ENGINE_H
#define DISK_ENGINE_H

#include <oolong/types.h>

#define ENGINE_MAX 256 // transfers under way

enum io_kind { IO_READ, IO_WRITE, IO_FLUSH, IO_DISCARD };

struct io {
    enum io_kind kind;
    void *buf;            // of reads and writes; the caller's until the transfer has completed
    uint64_t offset, len; // bytes of the device
    void *cookie;         // what engine_next() gives back
};

// Sets up transfers on `fd`; to be called before the role's filter is installed, because nobody can
// make an io_uring under it. The ring can be used for `fd` alone, and for nothing but the four
// kinds above (reads and flushes alone when `read_only`). Without a ring, and without `want_ring`,
// transfers are plain calls; `*why` (static) says why.
void engine_prepare(int fd, bool read_only, bool want_ring, const char **why);

// Whether there is a ring: then several transfers can be under way at once.
bool engine_has_ring(void);

// Starts a transfer, at the next engine_submit() or engine_wait() at the latest. At most ENGINE_MAX
// may be under way.
void engine_start(const struct io *io);

// Whether transfers wait for engine_submit(). Several that are submitted together cost the kernel,
// and a device of a virtual machine much more so, little more than one.
bool engine_has_unsubmitted(void);
void engine_submit(void);

// Gives a transfer that has completed; false: none has. The result is the number of bytes, which
// may be fewer than were asked for (0 for flushes and discards), or a negative errno.
bool engine_next(void **cookie, int64_t *result);

// Waits until a transfer completes, of those that are under way.
void engine_wait(void);

// Readable when engine_next() has something to give; -1 without a ring.
int engine_fd(void);

#endif
