// Drives a fuzz target under AFL++: persistent mode, inputs in shared memory, and the fork server,
// which starts after the target's setup.
#include <unistd.h>
#include "target.h"

__AFL_FUZZ_INIT();

int main(void)
{
    static const uint8_t nothing[1];
    LLVMFuzzerTestOneInput(nothing, 0);
    __AFL_INIT();
    const uint8_t *data = __AFL_FUZZ_TESTCASE_BUF;
    while (__AFL_LOOP(100000))
        LLVMFuzzerTestOneInput(data, (size_t)__AFL_FUZZ_TESTCASE_LEN);
    return 0;
}
