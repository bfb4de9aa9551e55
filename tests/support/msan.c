// Linked into unit tests under MemorySanitizer. The Check library is built without the sanitizer,
// so the memory that it passes to the C library looks uninitialised. The code of the tests and of
// the tree is still checked.
#include <sanitizer/msan_interface.h>

__attribute__((constructor)) static void trust_check(void)
{
    __msan_scoped_disable_interceptor_checks();
}
