// Basic types, error numbers and small macros that every other header needs.
// Servers reach this file as <types.h>.
#ifndef OOLONG_TYPES_H
#define OOLONG_TYPES_H

#include <errno.h> // glibc declares error_t here, as int, under _GNU_SOURCE; so do we below.
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

// Errors (negative) and success. A function that can fail returns one of these. Those from
// ERR_TIMEOUT on are not Resea's.
#define OK                 0
#define ERR_NO_MEMORY      (-1)
#define ERR_NOT_PERMITTED  (-2) // by the suite file, or the host
#define ERR_WOULD_BLOCK    (-3) // and the caller asked not to
#define ERR_ABORTED        (-4) // the other task ended
#define ERR_TOO_LARGE      (-5) // more than the receiver, or the format, takes
#define ERR_TOO_SMALL      (-6) // less than the receiver needs
#define ERR_NOT_FOUND      (-7)
#define ERR_INVALID_ARG    (-8)
#define ERR_INVALID_TASK   (-9) // no such task, or not any more
#define ERR_ALREADY_EXISTS (-10)
#define ERR_UNAVAILABLE    (-11) // what is asked for is out of order, or there is none
#define ERR_NOT_ACCEPTABLE (-12) // not a message that the receiver understands
#define ERR_EMPTY          (-13) // nothing is queued
#define DONT_REPLY         (-14) // of a handler: the answer comes later
#define ERR_IN_USE         (-15)
#define ERR_TRY_AGAIN      (-16) // it may work the next time
#define ERR_END            (-17) // of a file, or of the input
#define ERR_TIMEOUT        (-18) // a deadline set by the program or the suite passed
#define ERR_NO_SPACE       (-19) // the disk or the file system below is full
#define ERR_NOT_EMPTY      (-20) // a directory has entries
#define ERR_LAST           ERR_NOT_EMPTY

// As the strictest warnings of both languages want them.
#ifdef __cplusplus
#define OOLONG_NULL              nullptr
#define OOLONG_CAST(type, value) static_cast<type>(value)
#else
#define OOLONG_NULL              NULL
#define OOLONG_CAST(type, value) ((type)(value))
#endif

#define IS_OK(err)    (OOLONG_CAST(intmax_t, err) >= 0)
#define IS_ERROR(err) (OOLONG_CAST(intmax_t, err) < 0)
// Returns from the function on an error; otherwise it has the value of `expr`.
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
#define IPC_KERNEL  (1 << 3) // of a kernel; sys_ipc() refuses it

// In the type of a message: it carries payloads, the first of which is a string. The other bits are
// in <oolong/message.h>.
#define MSG_STR      (1 << 30)
#define MSG_OOL      (1 << 29)
#define MSG_ID(type) ((type)&0xffff)

// What a suite can grant a task.
enum task_rights {
    RIGHT_QUIT = 1 << 0,    // sys_kdebug("q")
    RIGHT_LAUNCH = 1 << 1,  // task.launch
    RIGHT_DESTROY = 1 << 2, // task_destroy and task.free of others
    RIGHT_INSPECT = 1 << 3, // sys_kdebug("ps") and the like: all tasks' names and figures
};

// Notification bits: of a notifications_t, and of `notifications.data` in a NOTIFICATIONS_MSG. Bits
// 4 to 7 are for programs.
#define NOTIFY_TIMER   (1 << 0) // the time of timer_set() is over
#define NOTIFY_IRQ     (1 << 1) // a source of sys_irq_acquire() has something
#define NOTIFY_ABORTED (1 << 2) // Resea's: nothing sets it here, see task.watch of vm instead
#define NOTIFY_ASYNC   (1 << 3) // a task has queued messages: async_recv()

// IRQ numbers stand for event sources of the launcher: the console.
#define CONSOLE_IRQ 1

// Kept for the sources that name them. Here tasks are processes, which have neither such flags nor
// pages to map, and what ends a task is told in the terms of `enum exception_type`.
#define TASK_ALL_CAPS      (1 << 0)
#define TASK_ABI_EMU       (1 << 1)
#define TASK_SCHED         (1 << 2)
#define TASK_HV            (1 << 3)
#define MAP_TYPE_READONLY  1
#define MAP_TYPE_READWRITE 2
#define EXP_PF_PRESENT     (1 << 0)
#define EXP_PF_WRITE       (1 << 1)
#define EXP_PF_USER        (1 << 2)
#ifndef MAP_TYPE // Linux has one of its own
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

// Each brings its own `;`, so that one behind it is welcome but not needed.
#ifdef __cplusplus
#define STATIC_ASSERT(expr) static_assert(expr, #expr);
#else
#define STATIC_ASSERT(expr) _Static_assert(expr, #expr);
#endif
#define MEMORY_BARRIER() __asm__ __volatile__("" ::: "memory"); // for the compiler

#ifndef mb // for other cores too
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
