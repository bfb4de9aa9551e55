// The transfers of a request.
#include "request.h"
#include <stdlib.h>
#include <string.h>

// The alignment of memory: O_DIRECT needs only the device's. A whole page saves the kernel a piece
// at either end.
static void *alloc_aligned(size_t len)
{
    void *buf;
    return posix_memalign(&buf, PAGE_SIZE, len > 0 ? len : 1) == 0 ? buf : NULL;
}

static bool is_partial(const struct request *request)
{
    return request->first != request->begin || request->last != request->end;
}

static bool set_data(struct request *request, const void *data)
{
    size_t len = request->end - request->begin;
    if (!is_partial(request)) {
        memcpy(request->buf, data, len);
        return true;
    }
    request->data = malloc(len);
    if (!request->data)
        return false;
    memcpy(request->data, data, len);
    return true;
}

struct request *request_new(task_t client, enum io_kind kind, uint64_t begin, uint64_t end,
                            const void *data, uint32_t align)
{
    struct request *request = calloc(1, sizeof(*request));
    if (!request)
        return NULL;
    request->client = client;
    request->kind = request->step = kind;
    request->begin = request->first = begin;
    request->end = request->last = end;
    request->align = align;
    list_nullify(&request->next);
    if (kind != IO_READ && kind != IO_WRITE)
        return request;

    request->first = ALIGN_DOWN(begin, align);
    request->last = ALIGN_UP(end, align);
    request->buf = alloc_aligned(request->last - request->first);
    if (!request->buf || (kind == IO_WRITE && !set_data(request, data))) {
        request_free(request);
        return NULL;
    }
    if (kind == IO_WRITE && is_partial(request))
        request->step = IO_READ;
    return request;
}

void request_free(struct request *request)
{
    free(request->buf);
    free(request->data);
    free(request);
}

size_t request_size(const struct request *request)
{
    size_t len = request->buf ? request->last - request->first : 0;
    return sizeof(*request) + (request->data ? 2 : 1) * len;
}

void request_transfer(struct request *request, struct io *io)
{
    *io = (struct io){.kind = request->step, .cookie = request};
    if (request->step == IO_FLUSH)
        return;
    io->offset = request->first + request->done;
    io->len = request->last - io->offset;
    if (request->step != IO_DISCARD)
        io->buf = request->buf + request->done;
}

// Puts the data of a write into blocks that it covers only in part, after they were read.
static void begin_write(struct request *request)
{
    memcpy(request->buf + (request->begin - request->first), request->data,
           request->end - request->begin);
    request->step = IO_WRITE;
    request->done = 0;
}

bool request_advance(struct request *request, int64_t result)
{
    if (result == -EINTR || result == -EAGAIN)
        return false;
    if (result < 0) {
        request->error = (int)-result;
        return true;
    }
    if (request->step == IO_FLUSH || request->step == IO_DISCARD)
        return true;

    // The rest of a transfer that ended early starts at a block boundary.
    uint64_t left = request->last - request->first - request->done;
    uint64_t moved = (uint64_t)result < left ? ALIGN_DOWN((uint64_t)result, request->align) : left;
    if (moved == 0) {
        request->error = EIO; // the file has become shorter
        return true;
    }
    request->done += moved;
    if (moved < left)
        return false;
    if (request->step == request->kind)
        return true;
    begin_write(request);
    return false;
}

error_t request_answer(const struct request *request)
{
    switch (request->error) {
    case 0:
        return OK;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return ERR_NO_SPACE;
    case EOPNOTSUPP:
    case ENOSYS:
        return ERR_NOT_ACCEPTABLE;
    case EINVAL:
        return request->kind == IO_DISCARD ? ERR_INVALID_ARG : ERR_UNAVAILABLE;
    case EPERM:
    case EBADF:
    case EROFS:
        return ERR_NOT_PERMITTED;
    default:
        return ERR_UNAVAILABLE;
    }
}
