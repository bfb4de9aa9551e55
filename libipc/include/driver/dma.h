// Memory that a device reads and writes, for the sources that name it: a task has none, so each
// call is an error when it is compiled.
#ifndef DRIVER_DMA_H
#define DRIVER_DMA_H

#include <sys/types.h>
#include <oolong/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__has_attribute) && __has_attribute(error)
#define OOLONG_NO_DMA                                                                              \
    __attribute__((error("a task has no memory that devices see: read(), write() or io_uring on "  \
                         "the device's descriptor take malloc() memory")))
#else
#define OOLONG_NO_DMA
#endif

#ifndef __daddr_t_defined // the C library's, where it has one
typedef __daddr_t daddr_t;
#define __daddr_t_defined
#endif
typedef struct dma *dma_t;

#define DMA_ALLOC_TO_DEVICE   (1 << 0)
#define DMA_ALLOC_FROM_DEVICE (1 << 1)

OOLONG_NO_DMA dma_t dma_alloc(size_t len, unsigned flags);
OOLONG_NO_DMA void dma_free(dma_t dma);
OOLONG_NO_DMA void dma_flush_write(dma_t dma);
OOLONG_NO_DMA void dma_flush_read(dma_t dma);
OOLONG_NO_DMA daddr_t dma_daddr(dma_t dma);
OOLONG_NO_DMA vaddr_t dma_vaddr(dma_t dma);
OOLONG_NO_DMA uint8_t *dma_buf(dma_t dma);

#undef OOLONG_NO_DMA

#ifdef __cplusplus
}
#endif

#endif
