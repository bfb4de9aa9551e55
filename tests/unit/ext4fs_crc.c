// Tests the checksum function that replaces libext2fs's own.
#include "crc.h"
#include "run_tests.h"
#include <check.h>
#include <dlfcn.h>
#include <ext2fs/ext2fs.h>
#include <stdlib.h>
#include <string.h>

static __u32 (*of_library(void))(__u32 crc, const unsigned char *data, size_t len)
{
    void *library = dlopen("libext2fs.so.2", RTLD_NOW);
    ck_assert(library);
    return (__u32(*)(__u32, const unsigned char *, size_t))dlsym(library, "ext2fs_crc32c_le");
}

START_TEST(it_is_that_of_the_standard)
{
    crc_prepare();
    const unsigned char *digits = (const unsigned char *)"123456789";
    ck_assert_uint_eq(~ext2fs_crc32c_le(~0u, digits, 9), 0xe3069283);
}
END_TEST

START_TEST(it_is_that_of_the_library_at_all_lengths_and_places)
{
    unsigned char data[4200];
    __u32 (*wanted)(__u32, const unsigned char *, size_t) = of_library();
    ck_assert(wanted && wanted != ext2fs_crc32c_le);
    srandom(1);
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (unsigned char)random();
    for (size_t at = 0; at < 9; at++) {
        for (size_t len = 0; len < 70; len++)
            ck_assert_uint_eq(ext2fs_crc32c_le((__u32)len, &data[at], len),
                              wanted((__u32)len, &data[at], len));
        ck_assert_uint_eq(ext2fs_crc32c_le(7, &data[at], 4096), wanted(7, &data[at], 4096));
    }
}
END_TEST

// libext2fs uses this function for its own checksums.
START_TEST(the_library_uses_it)
{
    Dl_info info;
    // Makes sure that libext2fs is linked.
    ck_assert_int_gt(ext2fs_get_library_version(NULL, NULL), 0);
    ck_assert(dladdr(dlsym(RTLD_DEFAULT, "ext2fs_crc32c_le"), &info) != 0);
    ck_assert(!strstr(info.dli_fname, "libext2fs"));
}
END_TEST

RUN_TESTS("ext4fs_crc", it_is_that_of_the_standard,
          it_is_that_of_the_library_at_all_lengths_and_places, the_library_uses_it)
