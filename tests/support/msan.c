// Linked into unit tests under MemorySanitizer. Check itself is built without it, so what it hands
// to the C library looks uninitialised. What the tests' and the tree's own code does is still
// checked.
#include <sanitizer/msan_interface.h>

__attribute__((constructor)) static void trust_check(void)
{
    __msan_scoped_disable_interceptor_checks();
}
