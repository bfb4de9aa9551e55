// The only visible name of an instance of libipc. Compiled twice: for tasks, and (SIM_VM) for vm.
#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/syscall.h>
#include <resea/timer.h>
#include "api.h"
#include "boot.h"
#ifdef SIM_VM
#include "vm.h"
void oolong_main(void);
#endif

static void start(void)
{
    boot_start();
    boot_ready();
}

const struct sim_api sim_api = {
    .start = start,
    .send = ipc_send,
    .send_noblock = ipc_send_noblock,
    .recv = ipc_recv,
    .call = ipc_call,
    .replyrecv = ipc_replyrecv,
    .reply = ipc_reply,
    .reply_err = ipc_reply_err,
    .notify = ipc_notify,
    .serve = ipc_serve,
    .lookup = ipc_lookup,
    .set_lookup_timeout = ipc_set_lookup_timeout,
    .free_payloads = ipc_free_payloads,
    .stream = ool_stream,
    .cancel = ool_cancel,
    .async_send = async_send,
    .async_recv = async_recv,
    .async_reply = async_reply,
    .timer_set = timer_set,
    .ipc = sys_ipc,
    .kdebug = sys_kdebug,
#ifdef SIM_VM
    .vm_main = oolong_main,
    .vm_init = vm_init,
    .vm_check = vm_check,
#endif
};
