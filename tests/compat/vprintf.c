// A program that formats text with its own output function.
#include <vprintf.h>
#include <resea/printf.h>
#include <string.h>
#include <unittest.h>

static char kept[64];

static void keep(struct vprintf_context *ctx, char ch)
{
    if (ctx->index < ctx->size) {
        ctx->buf[ctx->index++] = ch;
    }
}

static void log_to(struct vprintf_context *ctx, const char *fmt, ...)
{
    va_list vargs;
    va_start(vargs, fmt);
    vprintf_with_context(ctx, fmt, vargs);
    va_end(vargs);
}

void main(void)
{
    struct vprintf_context ctx = {.printchar = keep, .buf = kept, .size = sizeof(kept) - 1};
    printf_with_context(&ctx, "%d %s ", -12, "and");
    log_to(&ctx, "%pI4 %x%c", 0x0a000001, 0xbeef, '!');
    TEST_EXPECT_EQ(ctx.index, strlen(kept));
    TEST_ASSERT(!strcmp(kept, "-12 and 10.0.0.1 beef!"));
    char buf[8];
    TEST_EXPECT_EQ(snprintf(buf, sizeof(buf), "%s", err2str(ERR_EMPTY)), 9);
    TEST_ASSERT(!strcmp(buf, "ERR_EMP"));
    TEST_ASSERT(!strcmp(msgtype2str(BENCHMARK_NOP_MSG), "benchmark.nop"));
}
