// One one-shot timer a task.
#ifndef RESEA_TIMER_H
#define RESEA_TIMER_H

#include <oolong/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Sets the caller's timer: after `timeout` milliseconds, NOTIFY_TIMER is pending. A new call
/// replaces the old timer, also one that has fired and was not seen; 0 stops it.
///
/// ERR_INVALID_ARG: negative.
error_t timer_set(msec_t timeout);

#ifdef __cplusplus
}
#endif

#endif
