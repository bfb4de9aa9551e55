// The timer of a task. There is one, and it fires once.
#ifndef RESEA_TIMER_H
#define RESEA_TIMER_H

#include <oolong/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Sets the caller's timer: NOTIFY_TIMER is pending after `timeout` milliseconds. This replaces the
/// timer that was set before, even if that has fired and was not received yet. 0 stops the timer.
///
/// ERR_INVALID_ARG: `timeout` is negative.
error_t timer_set(msec_t timeout);

#ifdef __cplusplus
}
#endif

#endif
