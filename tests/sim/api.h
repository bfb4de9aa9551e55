// The functions that the simulation calls in a task's instance of libipc. All other names are local
// to the instance.
#ifndef TESTS_SIM_API_H
#define TESTS_SIM_API_H

#include <oolong/message.h>

struct vm;
struct vm_env;

struct sim_api {
    void (*start)(void);
    error_t (*send)(task_t dst, struct message *m);
    error_t (*send_noblock)(task_t dst, struct message *m);
    error_t (*recv)(task_t src, struct message *m);
    error_t (*call)(task_t dst, struct message *m);
    error_t (*replyrecv)(task_t dst, struct message *m);
    void (*reply)(task_t dst, struct message *m);
    void (*reply_err)(task_t dst, error_t error);
    error_t (*notify)(task_t dst, notifications_t bits);
    error_t (*serve)(const char *name);
    task_t (*lookup)(const char *name);
    void (*set_lookup_timeout)(msec_t timeout);
    void (*free_payloads)(struct message *m);
    void *(*stream)(error_t (*fill)(void *state, void *buf, size_t offset, size_t len),
                    size_t size);
    void (*cancel)(task_t dst, void *payload);
    error_t (*async_send)(task_t dst, struct message *m);
    error_t (*async_recv)(task_t src, struct message *m);
    error_t (*async_reply)(task_t dst);
    error_t (*timer_set)(msec_t timeout);
    error_t (*ipc)(task_t dst, task_t src, struct message *m, unsigned flags);
    error_t (*kdebug)(const char *cmd, size_t cmd_len, char *buf, size_t buf_len);
    // Set in vm's instance only.
    void (*vm_main)(void);
    void (*vm_init)(struct vm *vm, const struct vm_env *env, void *ctx);
    void (*vm_check)(const struct vm *vm);
};

extern const struct sim_api sim_api;

#endif
