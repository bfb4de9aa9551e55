// Namespace benchmark: vm's side of the round trips that are measured.
#include "internal.h"

error_t vm_on_benchmark_nop(__unused struct vm *vm, __unused struct vm_task *task,
                            const struct message *m, struct message *reply)
{
    // Unsigned, because the product may overflow.
    reply->benchmark_nop_reply.value = (int)((unsigned)m->benchmark_nop.value * 7);
    return OK;
}

error_t vm_on_benchmark_nop_with_ool(struct vm *vm, struct vm_task *task, const struct message *m,
                                     struct message *reply)
{
    // Reads the payload as a server would get it, so that payloads in both directions are measured.
    // At most one piece, so that no message holds up vm.
    vaddr_t addr = (vaddr_t)m->benchmark_nop_with_ool.data;
    size_t len = MIN(m->benchmark_nop_with_ool.data_len, (size_t)VM_BOUNCE_LEN);
    if (len && (!addr || addr + len < addr ||
                vm->env->read(vm->ctx, task->id, addr, vm->bounce, len) != len))
        return ERR_INVALID_ARG;

    static const char answer[] = "reply!";
    uint64_t id;
    OK_OR_RETURN(vm_ool_place_own(vm, task, answer, sizeof(answer), &id));
    reply->benchmark_nop_with_ool_reply.data = (void *)(uintptr_t)id;
    reply->benchmark_nop_with_ool_reply.data_len = sizeof(answer);
    return OK;
}
