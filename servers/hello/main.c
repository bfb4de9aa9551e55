// hello: an application of one line.
//
// Sandbox: profile "plain".
#include <resea/printf.h>

void main(void)
{
    printf("Hello, World!\n");
}
