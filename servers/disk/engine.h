// Moves the bytes by a restricted io_uring, or by plain system calls where there is none. Knows
// neither requests nor messages.
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

// Sets up transfers on `fd`. Call it before the sandbox, which does not allow to make an io_uring.
// The ring works only for `fd` and for the four kinds above (with `read_only`, for reads and
// flushes). Without a ring, or without `want_ring`, transfers are plain calls, and `*why` (static)
// says why.
void engine_prepare(int fd, bool read_only, bool want_ring, const char **why);

// Whether there is a ring. Then several transfers can be under way.
bool engine_has_ring(void);

// Starts a transfer, at the next engine_submit() or engine_wait() at the latest. At most ENGINE_MAX
// may be under way.
void engine_start(const struct io *io);

// Whether transfers wait for engine_submit(). Submitting several together costs little more than
// one, above all on a virtual machine.
bool engine_has_unsubmitted(void);
void engine_submit(void);

// Returns a completed transfer. False: none. The result is the number of bytes (0 for flushes and
// discards), which may be fewer than requested, or a negative errno.
bool engine_next(void **cookie, int64_t *result);

// Waits until one of the transfers under way completes.
void engine_wait(void);

// A descriptor that is readable when engine_next() has a transfer. -1: no ring.
int engine_fd(void);

#endif
