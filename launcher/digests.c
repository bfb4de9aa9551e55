// See digests.h.
#include "digests.h"
#include <stdlib.h>
#include <string.h>
#include <oolong/message.h>
#include "message_names.h"

const char *digests_add(struct task *task, const struct control_digests *more)
{
    if (more->count > CONTROL_MAX_DIGESTS)
        return "sent too many interface digests";
    task->digests =
        xreallocarray(task->digests, task->num_digests + more->count + 1, sizeof(*task->digests));
    for (unsigned i = 0; i < more->count; i++) {
        int last = task->num_digests > 0 ? task->digests[task->num_digests - 1].number : -1;
        // In ascending order, so a task cannot send more than there are numbers.
        if (more->numbers[i] <= last || more->numbers[i] >= MSG_REPLY_BIT)
            return "sent interface digests out of order";
        task->digests[task->num_digests++] = (struct digest){more->numbers[i], more->digests[i]};
    }
    return NULL;
}

unsigned digests_compare(const struct task *a, const struct task *b, uint16_t **numbers)
{
    unsigned count = 0, k = 0;
    *numbers = NULL;
    for (unsigned i = 0; i < a->num_digests; i++) {
        const struct digest *mine = &a->digests[i];
        while (k < b->num_digests && b->digests[k].number < mine->number)
            k++;
        if (k == b->num_digests || b->digests[k].number != mine->number ||
            b->digests[k].digest == mine->digest)
            continue;
        if (!*numbers)
            *numbers = xcalloc(a->num_digests - i, sizeof(**numbers));
        (*numbers)[count++] = mine->number;
    }
    return count;
}

const char *digests_dispute_with_vm(const struct task *task)
{
    static const char *const essential[] = {"ool", "discovery", "task", "shm", "vm", ""};
    const struct task *vm = task_find(VM_TASK);
    const char *dispute = NULL;
    uint16_t *numbers;
    if (!vm)
        return NULL; // vm has ended, and the suite ends
    unsigned count = digests_compare(vm, task, &numbers);
    for (unsigned i = 0; i < count && task->id != VM_TASK && !dispute; i++) {
        const char *name = message_interface(numbers[i]);
        for (size_t k = 0; name && k < sizeof(essential) / sizeof(essential[0]); k++) {
            if (!strcmp(name, essential[k]))
                dispute = *name ? name : "(no namespace)";
        }
    }
    free(numbers);
    return dispute;
}
