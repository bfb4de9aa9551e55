// hello: the smallest application. It prints one line.
//
// Sandbox: profile "plain".
#include <resea/printf.h>

void main(void)
{
    printf("Hello, World!\n");
}
