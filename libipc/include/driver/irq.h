// Events of devices. See sys_irq_acquire() in <resea/syscall.h>.
#ifndef DRIVER_IRQ_H
#define DRIVER_IRQ_H

#include <oolong/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/// See sys_irq_acquire() and sys_irq_release().
error_t irq_acquire(unsigned irq);
error_t irq_release(unsigned irq);

/// For a server that owns a descriptor, such as a ring, a TAP device or a FUSE channel: NOTIFY_IRQ
/// is pending once when `fd` becomes readable. Call this again to wait for the next time. `irq` is
/// a number that the caller chooses, another one for each descriptor. With `fd` -1, `irq` is no
/// longer watched.
///
/// ERR_INVALID_ARG: `fd` cannot be watched. ERR_NO_MEMORY: more than 64 are watched.
error_t irq_watch_fd(int fd, unsigned irq);

#ifdef __cplusplus
}
#endif

#endif
