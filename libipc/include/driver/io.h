// Registers of devices, for the sources that name them: a task has none, so each call is an error
// when it is compiled.
#ifndef DRIVER_IO_H
#define DRIVER_IO_H

#include <oolong/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__has_attribute) && __has_attribute(error)
#define OOLONG_NO_IO                                                                               \
    __attribute__((error("a task has no ports and no registers: open the device in "               \
                         "oolong_prepare() and watch its descriptor with irq_watch_fd()")))
#else
#define OOLONG_NO_IO
#endif

enum io_space {
    IO_SPACE_IO,
    IO_SPACE_MEMORY,
};

struct io {
    enum io_space space;
    union {
        struct {
            unsigned long base;
        } port;
        struct {
            vaddr_t vaddr;
            paddr_t paddr;
        } memory;
    };
};
typedef struct io *io_t;

#define IO_ALLOC_NORMAL     0
#define IO_ALLOC_CONTINUOUS 1

OOLONG_NO_IO io_t io_alloc_port(unsigned long base, size_t len, unsigned flags);
OOLONG_NO_IO io_t io_alloc_memory(size_t len, unsigned flags);
OOLONG_NO_IO io_t io_alloc_memory_fixed(paddr_t paddr, size_t len, unsigned flags);
OOLONG_NO_IO void io_free(io_t io, offset_t offset);
OOLONG_NO_IO void io_write8(io_t io, offset_t offset, uint8_t value);
OOLONG_NO_IO void io_write16(io_t io, offset_t offset, uint16_t value);
OOLONG_NO_IO void io_write32(io_t io, offset_t offset, uint32_t value);
OOLONG_NO_IO uint8_t io_read8(io_t io, offset_t offset);
OOLONG_NO_IO uint16_t io_read16(io_t io, offset_t offset);
OOLONG_NO_IO uint32_t io_read32(io_t io, offset_t offset);
OOLONG_NO_IO void io_flush_read(io_t io);
OOLONG_NO_IO void io_flush_write(io_t io);

#undef OOLONG_NO_IO

#ifdef __cplusplus
}
#endif

#endif
