// Basic types, error numbers and small macros that every other header needs.
// Servers reach this file as <types.h>.
#ifndef OOLONG_TYPES_H
#define OOLONG_TYPES_H

#include <errno.h> // with _GNU_SOURCE, glibc declares error_t as int here, as this file does
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <oolong/config.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int task_t;
typedef int handle_t;
typedef int msec_t;
typedef int error_t;
typedef uintptr_t vaddr_t;
typedef uint64_t paddr_t;
typedef uint64_t gpaddr_t;
typedef uint64_t offset_t;
typedef uint8_t notifications_t;
typedef unsigned int uint;
#define MSEC_MAX INT32_MAX

// Errors (negative) and success. A function that can fail returns one of these. Resea has no
// ERR_TIMEOUT and none of those after it.
#define OK                 0
#define ERR_NO_MEMORY      (-1)
#define ERR_NOT_PERMITTED  (-2) // the suite file or the host does not permit it
#define ERR_WOULD_BLOCK    (-3) // the call would block, and the caller asked not to
#define ERR_ABORTED        (-4) // the other task ended
#define ERR_TOO_LARGE      (-5) // more than the receiver or the format can take
#define ERR_TOO_SMALL      (-6) // less than the receiver needs
#define ERR_NOT_FOUND      (-7)
#define ERR_INVALID_ARG    (-8)
#define ERR_INVALID_TASK   (-9) // no such task, or it has ended
#define ERR_ALREADY_EXISTS (-10)
#define ERR_UNAVAILABLE    (-11) // the requested thing does not work or does not exist
#define ERR_NOT_ACCEPTABLE (-12) // not a message that the receiver understands
#define ERR_EMPTY          (-13) // nothing is queued
#define DONT_REPLY         (-14) // a handler returns this if the answer comes later
#define ERR_IN_USE         (-15)
#define ERR_TRY_AGAIN      (-16) // the same call may succeed later
#define ERR_END            (-17) // the end of a file or of the input
#define ERR_TIMEOUT        (-18) // a deadline set by the program or the suite passed
#define ERR_NO_SPACE       (-19) // the disk or the file system below is full
#define ERR_NOT_EMPTY      (-20) // a directory has entries
#define ERR_LAST           ERR_NOT_EMPTY

// Null pointers and casts that pass the strictest warnings of C and of C++.
#ifdef __cplusplus
#define OOLONG_NULL              nullptr
#define OOLONG_CAST(type, value) static_cast<type>(value)
#else
#define OOLONG_NULL              NULL
#define OOLONG_CAST(type, value) ((type)(value))
#endif

#define IS_OK(err)    (OOLONG_CAST(intmax_t, err) >= 0)
#define IS_ERROR(err) (OOLONG_CAST(intmax_t, err) < 0)
// Returns from the function on an error; otherwise the macro has the value of `expr`.
#define OK_OR_RETURN(expr)                                                                         \
    ({                                                                                             \
        error_t ok_or_return_err_ = (expr);                                                        \
        if (IS_ERROR(ok_or_return_err_))                                                           \
            return ok_or_return_err_;                                                              \
        ok_or_return_err_;                                                                         \
    })

// Well-known tasks. A task id is `generation << TASK_SLOT_BITS | slot`, always positive; the
// launcher is slot 0 and vm is slot 1, generation 0.
#define IPC_ANY     0
#define IPC_DENY    (-1) // no task
#define KERNEL_TASK 0
#define INIT_TASK   1
#define VM_TASK     1

// Flags of sys_ipc().
#define IPC_SEND    (1 << 0)
#define IPC_RECV    (1 << 1)
#define IPC_CALL    (IPC_SEND | IPC_RECV)
#define IPC_NOBLOCK (1 << 2)
#define IPC_KERNEL  (1 << 3) // only a kernel could do this; sys_ipc() refuses it

// Bits of a message's type. MSG_OOL: the message has payloads. MSG_STR: the first payload is a
// string. The other bits are in <oolong/message.h>.
#define MSG_STR      (1 << 30)
#define MSG_OOL      (1 << 29)
#define MSG_ID(type) ((type)&0xffff)

// Rights that a suite file can grant a task.
enum task_rights {
    RIGHT_QUIT = 1 << 0,    // sys_kdebug("q")
    RIGHT_LAUNCH = 1 << 1,  // task.launch
    RIGHT_DESTROY = 1 << 2, // task_destroy() and task.free for other tasks
    RIGHT_INSPECT = 1 << 3, // sys_kdebug("ps") and the like: all tasks' names and figures
};

// Notification bits: of a notifications_t, and of `notifications.data` in a NOTIFICATIONS_MSG. Bits
// 4 to 7 are for programs.
#define NOTIFY_TIMER   (1 << 0) // the time set by timer_set() has passed
#define NOTIFY_IRQ     (1 << 1) // a source of sys_irq_acquire() has something
#define NOTIFY_ABORTED (1 << 2) // for Resea's programs; nothing sets it here: see task.watch of vm
#define NOTIFY_ASYNC   (1 << 3) // a task has queued messages: async_recv()

// IRQ numbers stand for event sources of the launcher: the console.
#define CONSOLE_IRQ 1

// These names exist for sources written for Resea. Here a task is a process: it has no such flags
// and maps no pages. `enum exception_type` says why a task ended.
#define TASK_ALL_CAPS      (1 << 0)
#define TASK_ABI_EMU       (1 << 1)
#define TASK_SCHED         (1 << 2)
#define TASK_HV            (1 << 3)
#define MAP_TYPE_READONLY  1
#define MAP_TYPE_READWRITE 2
#define EXP_PF_PRESENT     (1 << 0)
#define EXP_PF_WRITE       (1 << 1)
#define EXP_PF_USER        (1 << 2)
#ifndef MAP_TYPE // Linux defines a MAP_TYPE too
#define MAP_TYPE(flags) ((flags)&3)
#endif
enum {
    EXP_GRACE_EXIT,
    EXP_INVALID_MSG_FROM_PAGER,
    EXP_INVALID_MEMORY_ACCESS,
    EXP_INVALID_OP,
    EXP_ABORTED_KERNEL_IPC,
    EXP_HV_UNIMPLEMENTED,
    EXP_HV_CRASHED,
    EXP_HV_INVALID_STATE,
};

#ifndef PAGE_SIZE
#define PAGE_SIZE 4096
#endif

#ifndef MIN
#define MIN(a, b)                                                                                  \
    ({                                                                                             \
        __typeof__(a) min_a_ = (a);                                                                \
        __typeof__(b) min_b_ = (b);                                                                \
        min_a_ < min_b_ ? min_a_ : min_b_;                                                         \
    })
#endif
#ifndef MAX
#define MAX(a, b)                                                                                  \
    ({                                                                                             \
        __typeof__(a) max_a_ = (a);                                                                \
        __typeof__(b) max_b_ = (b);                                                                \
        max_a_ > max_b_ ? max_a_ : max_b_;                                                         \
    })
#endif

// `align` is a power of two.
#define ALIGN_DOWN(value, align) ((value) & ~((__typeof__(value))(align)-1))
#define ALIGN_UP(value, align)   ALIGN_DOWN((value) + (align)-1, align)
#define IS_ALIGNED(value, align) (((value) & ((align)-1)) == 0)

// The macro has a `;` of its own. A second one after it is allowed but not needed.
#ifdef __cplusplus
#define STATIC_ASSERT(expr) static_assert(expr, #expr);
#else
#define STATIC_ASSERT(expr) _Static_assert(expr, #expr);
#endif
#define MEMORY_BARRIER() __asm__ __volatile__("" ::: "memory"); // compiler only

#ifndef mb // orders accesses for other cores too
#define mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#endif

#define is_constant(expr) __builtin_constant_p(expr)

#ifndef __packed
#define __packed __attribute__((packed))
#endif
#ifndef __aligned
#define __aligned(n) __attribute__((aligned(n)))
#endif
#ifndef __noreturn
#define __noreturn __attribute__((noreturn))
#endif
#ifndef __unused
#define __unused __attribute__((unused))
#endif
#ifndef __weak
#define __weak __attribute__((weak))
#endif
#ifndef __mustuse
#define __mustuse __attribute__((warn_unused_result))
#endif

#ifdef __cplusplus
}
#endif

#endif
