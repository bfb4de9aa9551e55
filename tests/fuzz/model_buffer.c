// The reference model: the content of a receive buffer, and how the buffer becomes free.
#include "model.h"

void model_ool_record_id(struct model *model, uint64_t id, task_t src, task_t dst)
{
    for (unsigned i = 0; i < model->num_ids; i++)
        MODEL_CHECK(model,
                    id && (model->ids[i].id != id || model->ids[i].dst != dst ||
                           model->ids[i].state != ID_LIVE),
                    "id %llx is given twice", (unsigned long long)id);
    MODEL_CHECK(model, model->num_ids < MODEL_IDS, "the input is too long");
    model->ids[model->num_ids++] = (struct model_id){id, src, dst, ID_LIVE, 0};
}

void model_ool_end_id(struct model *model, uint64_t id, task_t src, task_t dst, int state)
{
    for (unsigned i = 0; i < model->num_ids; i++) {
        struct model_id *known = &model->ids[i];
        if (known->id == id && known->src == src && known->dst == dst && known->state == ID_LIVE) {
            known->state = state;
            struct model_task *sender = model_task(model, src);
            if (state == ID_REVOKED && sender)
                known->revoked_at = model->num_revoked[sender - model->tasks]++;
        }
    }
}

bool model_ool_copied_out(const struct model_task *task, const struct model_buffer *buffer)
{
    return (buffer->use == MODEL_RESERVED || buffer->use == MODEL_HELD) &&
           task->region == OOL_REGION_STANDING &&
           task->copied_out[buffer - task->buffers] == buffer->id;
}

void model_ool_freed(struct model *model, struct model_task *task, struct model_buffer *buffer)
{
    if (buffer->use == MODEL_RESERVED)
        model_ool_end_id(model, buffer->id, buffer->src, task->id, ID_GONE);
    buffer->use = MODEL_ARMED;
    buffer->orphan = false;
    if (buffer == &task->buffers[OPEN])
        task->refused = false;
}

// Before vm does anything for a task, it reads on the task's page what the task has copied out.
void model_ool_look(struct model *model, struct model_task *task)
{
    for (unsigned k = 0; k < NUM_BUFFERS; k++) {
        if (!model_ool_copied_out(task, &task->buffers[k]))
            continue;
        model_ool_freed(model, task, &task->buffers[k]);
        task->looked_at = true;
    }
}

// Takes a buffer away from the sender that has it.
void model_ool_revoke(struct model *model, struct model_task *task, struct model_buffer *buffer)
{
    if (model_ool_copied_out(task, buffer))
        model_ool_freed(model, task, buffer);
    if (buffer->use == MODEL_RESERVED) {
        model_ool_end_id(model, buffer->id, buffer->src, task->id, ID_REVOKED);
        // The receiver may still find this receipt, so vm must withdraw it before it overwrites the
        // buffer.
        if (buffer->receipt)
            buffer->withdraw_at = buffer->addr - MODEL_RECEIPT;
        buffer->receipt = 0;
    }
    struct model_task *src = model_task(model, buffer->src);
    if (buffer->use == MODEL_COPYING && src && src->request.wait == MODEL_COPY &&
        src->request.buffer == buffer) {
        src->request.wait = MODEL_BLOCKED;
        src->request.buffer = NULL;
        src->request.cancelled = true;
        src->request.order = --model->front; // it was served before the others, so it stays first
    }
    buffer->use = MODEL_UNARMED;
    buffer->orphan = false;
}
