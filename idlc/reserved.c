// Words that generated C cannot use as names. Owns the lists, which are complete for the keywords
// of C and C++ and hold what libipc's own headers define.
#include "reserved.h"

#include <string.h>

static const char *const c_keywords[] = {
    "asm",           "auto",     "break",      "case",      "char",
    "const",         "continue", "default",    "do",        "double",
    "else",          "enum",     "extern",     "float",     "for",
    "goto",          "if",       "inline",     "int",       "long",
    "register",      "restrict", "return",     "short",     "signed",
    "sizeof",        "static",   "struct",     "switch",    "typedef",
    "typeof",        "union",    "unsigned",   "void",      "volatile",
    "while",         "_Alignas", "_Alignof",   "_Atomic",   "_Bool",
    "_Complex",      "_Generic", "_Imaginary", "_Noreturn", "_Static_assert",
    "_Thread_local", NULL};

// Headers are for both languages.
static const char *const cxx_keywords[] = {
    "alignas",     "alignof",   "and",      "and_eq",           "bitand",       "bitor",
    "catch",       "char16_t",  "char32_t", "char8_t",          "class",        "co_await",
    "co_return",   "co_yield",  "compl",    "concept",          "const_cast",   "consteval",
    "constexpr",   "constinit", "decltype", "delete",           "dynamic_cast", "explicit",
    "export",      "friend",    "mutable",  "namespace",        "new",          "noexcept",
    "not",         "not_eq",    "nullptr",  "operator",         "or",           "or_eq",
    "private",     "protected", "public",   "reinterpret_cast", "requires",     "static_assert",
    "static_cast", "template",  "this",     "thread_local",     "throw",        "try",
    "typeid",      "typename",  "using",    "virtual",          "wchar_t",      "xor",
    "xor_eq",      NULL};

// Lower-case macros of the C library and of the compiler (-std=gnu11 defines `linux` and `unix`).
static const char *const macros[] = {"bool", "true",  "false",    "errno",  "linux",  "unix",
                                     "i386", "stdin", "stdout",   "stderr", "assert", "noreturn",
                                     "NULL", "EOF",   "offsetof", "main",   NULL};

static const char *const types[] = {
    "int8_t",    "int16_t",   "int32_t",   "int64_t",      "uint8_t",    "uint16_t",
    "uint32_t",  "uint64_t",  "size_t",    "ssize_t",      "uintptr_t",  "intptr_t",
    "task_t",    "handle_t",  "msec_t",    "error_t",      "vaddr_t",    "paddr_t",
    "gpaddr_t",  "offset_t",  "uint",      "trap_frame_t", "hv_frame_t", "notifications_t",
    "blkcnt_t",  "blksize_t", "clock_t",   "clockid_t",    "dev_t",      "gid_t",
    "id_t",      "ino_t",     "key_t",     "locale_t",     "mode_t",     "nlink_t",
    "off_t",     "pid_t",     "pthread_t", "ptrdiff_t",    "sem_t",      "sigset_t",
    "socklen_t", "stack_t",   "time_t",    "timer_t",      "uid_t",      "va_list",
    NULL};

static const char *const global_macros[] = {
    "OK",           "DONT_REPLY",  "INIT_TASK",     "VM_TASK",   "KERNEL_TASK",  "PAGE_SIZE",
    "MIN",          "MAX",         "STATIC_ASSERT", "ALIGN_UP",  "ALIGN_DOWN",   "IS_ALIGNED",
    "IS_OK",        "IS_ERROR",    "OK_OR_RETURN",  "TRACE",     "DBG",          "INFO",
    "WARN",         "WARN_DBG",    "ASSERT",        "ASSERT_OK", "DEBUG_ASSERT", "HEXDUMP",
    "OOPS",         "OOPS_OK",     "PANIC",         "NYI",       "UNREACHABLE",  "METRIC",
    "MESSAGE_SIZE", "CONSOLE_IRQ", "CONTROL_FD",    "EOF",       "NULL",         NULL};

static const char *const global_prefixes[] = {"ERR_",    "MSG_",  "NOTIFY_", "IPC_",
                                              "CONFIG_", "WIRE_", "OOLONG_", NULL};

static const char *const functions[] = {"ipc_send",          "ipc_send_noblock",
                                        "ipc_send_err",      "ipc_recv",
                                        "ipc_call",          "ipc_replyrecv",
                                        "ipc_reply",         "ipc_reply_err",
                                        "ipc_notify",        "ipc_serve",
                                        "ipc_lookup",        "ipc_lookup_again",
                                        "async_send",        "async_recv",
                                        "async_reply",       "async_is_empty",
                                        "task_self",         "task_exit",
                                        "task_destroy",      "task_schedule",
                                        "task_file",         "task_name",
                                        "task_cmdline",      "task_argc",
                                        "task_argv",         "task_rights",
                                        "timer_set",         "handle_alloc",
                                        "handle_get",        "handle_set",
                                        "handle_free",       "handle_free_all",
                                        "cmdline_init",      "cmdline_cmd",
                                        "cmdline_arg",       "cmdline_parse",
                                        "irq_acquire",       "irq_release",
                                        "irq_watch_fd",      "sys_ipc",
                                        "sys_notify",        "sys_timer_set",
                                        "sys_task_self",     "sys_task_exit",
                                        "sys_console_write", "sys_console_read",
                                        "sys_irq_acquire",   "sys_irq_release",
                                        "sys_kdebug",        "bitmap_fill",
                                        "bitmap_get",        "bitmap_set",
                                        "bitmap_clear",      "list_init",
                                        "list_remove",       "list_contains",
                                        "list_len",          "list_nullify",
                                        "list_push_back",    "list_pop_front",
                                        "printf_flush",      NULL};

static bool contains(const char *const *words, const char *name)
{
    for (; *words; words++) {
        if (strcmp(*words, name) == 0)
            return true;
    }
    return false;
}

const char *reserved_word(const char *name)
{
    if (contains(c_keywords, name))
        return "a keyword of C";
    if (contains(cxx_keywords, name))
        return "a keyword of C++";
    if (contains(macros, name))
        return "a macro in C";
    if (contains(types, name))
        return "a type in C";
    return NULL;
}

const char *reserved_global(const char *c_name)
{
    const char *why = reserved_word(c_name);
    if (why)
        return why;
    // No header of libipc has names like CONFIG_READ_MSG: namespaces may well be called `config`.
    size_t len = strlen(c_name);
    bool is_number = len > 4 && strcmp(c_name + len - 4, "_MSG") == 0;
    for (const char *const *prefix = global_prefixes; *prefix && !is_number; prefix++) {
        if (strncmp(c_name, *prefix, strlen(*prefix)) == 0)
            return "kept for libipc's own headers";
    }
    if (contains(global_macros, c_name))
        return "a macro of libipc's headers";
    if (contains(functions, c_name))
        return "a function of libipc";
    return NULL;
}
