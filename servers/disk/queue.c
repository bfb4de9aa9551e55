// Which requests may be under way at the same time.
#include "request.h"

void queue_init(struct queue *queue)
{
    *queue = (struct queue){0};
    list_init(&queue->requests);
}

void queue_add(struct queue *queue, struct request *request)
{
    list_push_back(&queue->requests, &request->next);
    queue->num++;
    queue->num_waiting++;
    queue->size += request_size(request);
}

void queue_remove(struct queue *queue, struct request *request)
{
    list_remove(&request->next);
    queue->num--;
    queue->num_waiting -= !request->started;
    queue->size -= request_size(request);
}

static bool changes(const struct request *request)
{
    return request->kind == IO_WRITE || request->kind == IO_DISCARD;
}

// Whether `later` must wait for `earlier`.
static bool must_wait(const struct request *later, const struct request *earlier)
{
    if (later->kind == IO_FLUSH)
        return changes(earlier);
    if (earlier->kind == IO_FLUSH || (!changes(later) && !changes(earlier)))
        return false;
    return later->first < earlier->last && earlier->first < later->last;
}

static bool may_start(struct queue *queue, const struct request *request)
{
    LIST_FOR_EACH (earlier, &queue->requests, struct request, next) {
        if (earlier == request)
            return true;
        if (must_wait(request, earlier))
            return false;
    }
    return true;
}

struct request *queue_start(struct queue *queue)
{
    if (queue->num_waiting == 0)
        return NULL;
    LIST_FOR_EACH (request, &queue->requests, struct request, next) {
        if (!request->started && may_start(queue, request)) {
            request->started = true;
            queue->num_waiting--;
            return request;
        }
    }
    return NULL;
}

struct request *queue_find(struct queue *queue, task_t client)
{
    LIST_FOR_EACH (request, &queue->requests, struct request, next) {
        if (request->client == client)
            return request;
    }
    return NULL;
}
