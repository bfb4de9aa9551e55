// CRC-32C by the processor's instruction. libext2fs computes it with tables, for each block of a
// directory and each extent block that it reads or writes. That took a third of the time of making
// a file. libext2fs calls this function, because a program's symbols override those of its
// libraries.
#include "crc.h"
#include <dlfcn.h>
#include <ext2fs/ext2fs.h>
#include <string.h>

typedef uint32_t (*crc_fn)(uint32_t crc, const unsigned char *data, size_t len);

static crc_fn chosen;

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t
by_instruction(uint32_t crc, const unsigned char *data, size_t len)
{
    uint64_t sum = crc, word;
    for (; len >= sizeof(word); len -= sizeof(word), data += sizeof(word)) {
        memcpy(&word, data, sizeof(word));
        sum = __builtin_ia32_crc32di(sum, word);
    }
    crc = (uint32_t)sum;
    for (; len > 0; len--)
        crc = __builtin_ia32_crc32qi(crc, *data++);
    return crc;
}

static crc_fn choose(void)
{
    if (__builtin_cpu_supports("sse4.2"))
        return by_instruction;
    return (crc_fn)dlsym(RTLD_NEXT, "ext2fs_crc32c_le");
}
#else
static crc_fn choose(void)
{
    return (crc_fn)dlsym(RTLD_NEXT, "ext2fs_crc32c_le");
}
#endif

void crc_prepare(void)
{
    chosen = choose();
}

__u32 ext2fs_crc32c_le(__u32 crc, const unsigned char *p, size_t len)
{
    if (!chosen)
        crc_prepare();
    return chosen(crc, p, len);
}
