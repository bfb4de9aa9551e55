// Tests characters, strings, byte order, and printf()'s additional conversions.
#include <resea/ctype.h>
#include <resea/malloc.h>
#include <resea/printf.h>
#include <endian.h>
#include <string.h>
#include <unittest.h>

static void shout(char *s)
{
    for (; *s; s++) {
        if (isdigit(*s) || isspace(*s)) {
            *s = '_';
        } else {
            *s = toupper(*s);
        }
    }
}

static void print_addresses(void)
{
    uint8_t v6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
    uint32_t addr = (192u << 24) | (168 << 16) | (1 << 8) | 7;
    printf("%pI4 and %pI4, %s, %d%%, %5u|%-5d|%05x\n", addr, 0x7f000001, "then", -3, 7u, 8, 0xabc);
    printf("[%pI6]:%u %llu %lx %c %.3s %p\n", v6, 80, 1ull << 40, 0xfful, 'c', "cut off", NULL);
    printf("%hhx %hd %zu %*d %.2f %5s|\n", 0x1ff, -1, (size_t)9, 4, 5, 1.5, "ab");
    printf("%pI4 %hhx %hd %zu %*d %.2f %5s|%pI5\n", 0, 0x1ff, -1, (size_t)9, 4, 5, 1.5, "ab", NULL);
    INFO("%pI4", addr);
}

void main(void)
{
    char *s = strdup("two words 7");
    shout(s);
    printf("%s\n", s);
    free(s);
    TEST_EXPECT_EQ(hton32(0x01020304), 0x04030201);
    TEST_EXPECT_EQ(swap64(1), 1ull << 56);
    TEST_EXPECT_EQ(from_le16(into_le16(0x1234)), 0x1234);
    char small[4];
    TEST_ASSERT(!strcmp(strncpy2(small, "abcdef", sizeof(small)), "abc"));
    // These are C's functions, whose return values differ from Resea's.
    TEST_ASSERT(strchr("abc", 'x') == NULL);
    TEST_EXPECT_EQ(snprintf(small, sizeof(small), "%d", 12345), 5);
    print_addresses();
}
