// Events of devices.
#ifndef DRIVER_IRQ_H
#define DRIVER_IRQ_H

#include <oolong/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/// See sys_irq_acquire() and sys_irq_release().
error_t irq_acquire(unsigned irq);
error_t irq_release(unsigned irq);

/// For a server that owns a descriptor (a ring, a TAP device, a FUSE channel): when `fd` becomes
/// readable, NOTIFY_IRQ is pending, once; call again to re-arm. `irq` is any number, one a
/// descriptor; `fd` -1 stops watching.
///
/// ERR_INVALID_ARG: `fd` cannot be watched. ERR_NO_MEMORY: over 64 of them.
error_t irq_watch_fd(int fd, unsigned irq);

#ifdef __cplusplus
}
#endif

#endif
